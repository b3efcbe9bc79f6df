//! `--timings`: where the time of a build went, stage by stage, and of what ran lesson by lesson.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use super::terminal::plural;

/// When each stage began.
#[derive(Debug, Default)]
pub struct Clock {
    stages: Vec<(&'static str, Instant)>,
    /// What the programs of each lesson that were run now took, by the lesson's name.
    ran: BTreeMap<String, (usize, Duration)>,
}

impl Clock {
    /// Ends the stage before.
    pub fn begins(&mut self, stage: &'static str) {
        self.stages.push((stage, Instant::now()));
    }

    /// When the first stage began.
    pub fn start(&self) -> Instant {
        self.stages.first().map_or_else(Instant::now, |(_, start)| *start)
    }

    /// Notes a program that was run, and the time that its steps took.
    pub fn ran(&mut self, lesson: &str, micros: u64) {
        let (programs, time) = self.ran.entry(lesson.to_owned()).or_default();
        *programs += 1;
        *time += Duration::from_micros(micros);
    }

    /// A line for each stage, and for each lesson of which something was run.
    pub fn table(&self, end: Instant) -> String {
        let ends = self.stages.iter().skip(1).map(|(_, start)| *start).chain([end]);
        let mut stages: Vec<(&str, Duration)> = vec![];
        for ((stage, start), end) in self.stages.iter().zip(ends) {
            let took = end.saturating_duration_since(*start);
            match stages.iter_mut().find(|(other, _)| other == stage) {
                Some((_, sum)) => *sum += took,
                None => stages.push((stage, took)),
            }
        }
        let stages = stages.iter().map(|(stage, took)| line(stage, *took, String::new()));
        let ran = self.ran.iter().map(|(lesson, (programs, took))| {
            line(&format!("  {lesson}"), *took, format!("  {}", plural(*programs, "program")))
        });
        let (stages, ran): (String, String) = (stages.collect(), ran.collect());
        if ran.is_empty() {
            stages
        } else {
            format!("{stages}of which in the lessons' own code:\n{ran}")
        }
    }
}

fn line(name: &str, took: Duration, more: String) -> String {
    format!("{name:<24} {:>10.1} ms{more}\n", took.as_secs_f64() * 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_that_comes_twice_is_told_once() {
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let stages = vec![("parse", at(0)), ("run", at(5)), ("parse", at(7))];
        let mut clock = Clock { stages, ..Clock::default() };
        clock.ran("loops", 1500);
        assert_eq!(
            clock.table(at(10)),
            "parse                           8.0 ms\n\
             run                             2.0 ms\n\
             of which in the lessons' own code:\n  \
             loops                         1.5 ms  1 program\n"
        );
    }
}
