//! What was made last, and of what: so that nothing is made twice.
//!
//! Incremental by values: a result serves again if all that it was made of equals what it would be made of
//! now, and for no other reason. Values that are large are shared (`Arc`), so that comparing those that did
//! not change is comparing two addresses.

use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
    sync::Arc,
};

use rayon::prelude::*;

/// Whether all that there is is asked for, or a part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// What is not asked for is no more.
    Whole,
    /// The others stay as they are.
    Part,
}

/// For each key the result that was made last, and what it was made of.
#[derive(Debug)]
pub struct Memo<K, I, O> {
    last: HashMap<K, (I, O)>,
}

impl<K, I, O> Default for Memo<K, I, O> {
    fn default() -> Self {
        Self { last: HashMap::new() }
    }
}

impl<K: Eq + Hash + Send + Sync, I: PartialEq + Send + Sync, O: Clone + Send + Sync> Memo<K, I, O> {
    /// The result for each key and what it is made of, in their order: made now, side by side, where the
    /// last one was made of something else. Those of other keys are forgotten.
    pub fn all(&mut self, asked: Vec<(K, I)>, make: impl Fn(&K, &I) -> O + Sync) -> Vec<O> {
        self.each(Extent::Whole, asked, make)
    }

    /// The same where all may be asked for, or a part.
    pub fn each(
        &mut self,
        extent: Extent,
        asked: Vec<(K, I)>,
        make: impl Fn(&K, &I) -> O + Sync,
    ) -> Vec<O> {
        self.made(extent, asked, |_| true, make)
    }

    /// The same where only some are needed at once. Of the others the last result serves, whatever it was made
    /// of, until they are asked for again.
    pub fn some(
        &mut self,
        asked: Vec<(K, I)>,
        is_needed: impl Fn(&K) -> bool,
        make: impl Fn(&K, &I) -> O + Sync,
    ) -> Vec<O> {
        self.made(Extent::Whole, asked, is_needed, make)
    }

    fn made(
        &mut self,
        extent: Extent,
        asked: Vec<(K, I)>,
        is_needed: impl Fn(&K) -> bool,
        make: impl Fn(&K, &I) -> O + Sync,
    ) -> Vec<O> {
        let mut known_keys = 0;
        let known: Vec<Option<O>> = asked
            .iter()
            .map(|(key, input)| {
                let (before, output) = self.last.get(key)?;
                known_keys += 1;
                (before == input || !is_needed(key)).then(|| output.clone())
            })
            .collect();
        if extent == Extent::Whole && known_keys < self.last.len() {
            let keys: HashSet<&K> = asked.iter().map(|(key, _)| key).collect();
            self.retain(|key| keys.contains(key));
        }
        let missing: Vec<usize> = (0..asked.len()).filter(|at| known[*at].is_none()).collect();
        let made = missing.par_iter().map(|at| make(&asked[*at].0, &asked[*at].1));
        let mut made = made.collect::<Vec<O>>().into_iter();
        let outputs = asked.into_iter().zip(known).map(|((key, input), known)| {
            known.or_else(|| {
                let output = made.next()?;
                self.keep(key, input, output.clone());
                Some(output)
            })
        });
        outputs.flatten().collect()
    }

    /// The one result that there is under a key, made now if the last one was made of something else.
    pub fn one(&mut self, key: K, input: I, make: impl FnOnce(&I) -> O) -> O {
        if let Some(output) = self.get(&key, &input) {
            return output;
        }
        let output = make(&input);
        self.keep(key, input, output.clone());
        output
    }

    /// The result of a key, if it was made of this.
    pub fn get(&self, key: &K, input: &I) -> Option<O> {
        let (before, output) = self.last.get(key)?;
        (before == input).then(|| output.clone())
    }

    pub fn keep(&mut self, key: K, input: I, output: O) {
        self.last.insert(key, (input, output));
    }

    /// The last result of a key, whatever it was made of.
    pub fn output(&self, key: &K) -> Option<O> {
        self.last.get(key).map(|(_, output)| output.clone())
    }

    /// Forgets the results of keys that are not asked for any more.
    pub fn retain(&mut self, is_asked_for: impl Fn(&K) -> bool) {
        self.last.retain(|key, _| is_asked_for(key));
    }
}

impl<K: Eq + Hash + Send + Sync, I: PartialEq + Send + Sync, T, E> Memo<K, I, Result<T, E>>
where
    Result<T, E>: Clone + Send + Sync,
{
    /// The one result under a key where it may not be needed at once: then the last one serves if it is good,
    /// whatever it was made of.
    pub fn one_if(
        &mut self,
        is_needed: bool,
        key: K,
        input: I,
        make: impl FnOnce(&I) -> Result<T, E>,
    ) -> Result<T, E> {
        match self.output(&key) {
            Some(Ok(output)) if !is_needed => Ok(output),
            _ => self.one(key, input, make),
        }
    }
}

/// A shared value that equals itself alone: for what is too large to be compared, or has no equality.
#[derive(Debug)]
pub struct Same<T: ?Sized>(pub Arc<T>);

impl<T: ?Sized> Same<T> {
    pub fn of(value: &Arc<T>) -> Self {
        Self(Arc::clone(value))
    }
}

impl<T: ?Sized> PartialEq for Same<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// A shared value that is compared only where it stands elsewhere: equal addresses say it sooner.
#[derive(Debug)]
pub struct Whole<T: ?Sized>(pub Arc<T>);

impl<T: ?Sized + PartialEq> PartialEq for Whole<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

/// The value of before, where one of now equals it: so that what was made of it is known again by its address.
pub fn settled<T: Clone + PartialEq>(before: &mut Option<Arc<T>>, now: &T) -> Arc<T> {
    match before {
        Some(before) if **before == *now => Arc::clone(before),
        _ => Arc::clone(before.insert(Arc::new(now.clone()))),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn only_what_is_made_of_something_else_is_made_again() {
        let mut memo = Memo::default();
        let count = AtomicUsize::new(0);
        let mut all = |asked: &[(&'static str, u32)]| {
            let made = memo.all(asked.to_vec(), |_, input| {
                count.fetch_add(1, Ordering::Relaxed);
                input * 2
            });
            (made, count.swap(0, Ordering::Relaxed))
        };
        assert_eq!(all(&[("a", 1), ("b", 2)]), (vec![2, 4], 2));
        assert_eq!(all(&[("b", 2), ("a", 3)]), (vec![4, 6], 1));
        assert_eq!(all(&[("b", 2)]), (vec![4], 0));
        assert_eq!(all(&[("a", 3)]), (vec![6], 1), "what is not asked for is forgotten");
    }

    #[test]
    fn what_is_not_of_a_part_stays() {
        let mut memo = Memo::default();
        let mut each = |extent, asked: &[(&'static str, u32)]| {
            let count = AtomicUsize::new(0);
            let made = memo.each(extent, asked.to_vec(), |_, input| {
                count.fetch_add(1, Ordering::Relaxed);
                input * 2
            });
            (made, count.into_inner())
        };
        assert_eq!(each(Extent::Whole, &[("a", 1), ("b", 2)]), (vec![2, 4], 2));
        assert_eq!(each(Extent::Part, &[("b", 3)]), (vec![6], 1));
        assert_eq!(each(Extent::Whole, &[("a", 1), ("b", 3)]), (vec![2, 6], 0));
    }

    #[test]
    fn what_is_not_needed_at_once_may_be_old() {
        let mut memo = Memo::default();
        let mut some = |needed: &[&str], asked: &[(&'static str, u32)]| {
            memo.some(asked.to_vec(), |key| needed.contains(key), |_, input| input * 2)
        };
        assert_eq!(some(&[], &[("a", 1), ("b", 2)]), [2, 4], "there is no old one");
        assert_eq!(some(&["b"], &[("a", 3), ("b", 4)]), [2, 8]);
        assert_eq!(some(&["a", "b"], &[("a", 3), ("b", 4)]), [6, 8]);
    }
}
