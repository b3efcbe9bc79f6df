#![allow(unused)]

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
use shown::Display as _;

// Cell 1
{
struct Integers {
    next: u64,
}

impl Iterator for Integers {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        let value = self.next;
        self.next += 1;
        Some(value)
    }
}

fn integers() -> Integers {
    Integers { next: 1 }
}

// Cell 2
{
for i in integers() {
    println!("{i}");
    if i >= 5 {
        break; // or this would take a while
    }
}

// Cell 3
{
fn integers() -> impl Iterator<Item = u64> {
    let mut next = 1;
    std::iter::from_fn(move || {
        let value = next;
        next += 1;
        Some(value)
    })
}

shown::Left::show((&(
integers().take(5).collect::<Vec<_>>()
)).evcxr_display());

// Cell 4
{
fn even_integers() -> impl Iterator<Item = u64> {
    let mut inner = integers();
    std::iter::from_fn(move || {
        loop {
            let i = inner.next()?;
            if i % 2 == 0 {
                return Some(i);
            }
        }
    })
}

shown::Left::show((&(
even_integers().take(3).collect::<Vec<_>>()
)).evcxr_display());

// Cell 5
{
fn even_integers() -> impl Iterator<Item = u64> {
    integers().filter(|i| i % 2 == 0)
}

shown::Left::show((&(
even_integers().take(3).collect::<Vec<_>>()
)).evcxr_display());

// Cell 6
{
fn fibonacci() -> impl Iterator<Item = u64> {
    let (mut a, mut b) = (1, 1);
    std::iter::from_fn(move || {
        let value = a;
        (a, b) = (b, a + b);
        Some(value)
    })
}

shown::Left::show((&(
fibonacci().take(6).collect::<Vec<_>>()
)).evcxr_display());
}
}
}

// Cell 7
{
use tokio::sync::mpsc;

async fn printer(mut inbox: mpsc::Receiver<&'static str>) {
    while let Some(x) = inbox.recv().await {
        println!("{x}");
    }
}

let (outbox, inbox) = mpsc::channel(8);
let task = tokio::spawn(printer(inbox));

outbox.send("Mercury").await?;
outbox.send("Venus").await?;
outbox.send("Earth").await?;

drop(outbox); // no more post: the printer's loop comes to its end
task.await?; // and we wait until it did

// Cell 8
{
async fn printer(mut inbox: mpsc::Receiver<&'static str>) {
    let mut lineno = 1;
    while let Some(x) = inbox.recv().await {
        println!("{lineno:03} {x}");
        lineno += 1;
    }
}
let (outbox, inbox) = mpsc::channel(8);
let task = tokio::spawn(printer(inbox));
outbox.send("Mercury").await?;
outbox.send("Venus").await?;
outbox.send("Earth").await?;
drop(outbox);
task.await?;
}

// Cell 9
{
use std::time::Duration;
use tokio::time::sleep;

async fn counter(name: &str) {
    for i in 0..5 {
        println!("{name:<10} {i:03}");
        sleep(Duration::from_millis(200)).await;
    }
}

counter("Venus").await;

// Cell 10
{
async fn answer() -> u32 {
    println!("Let me think about it...");
    42
}

let future = answer();
println!("I have called the function!");
shown::Left::show((&(
future.await
)).evcxr_display());
}

// Cell 11
{
tokio::join!(biased; counter("Earth"), counter("Moon"));

// Cell 12
{
use std::time::{Duration, Instant};

/// Awaits a future, and says how long that took.
pub async fn timed<F: Future>(future: F) -> (F::Output, Duration) {
    let start = Instant::now();
    let output = future.await;
    (output, start.elapsed())
}

// Cell 13
{
let ((), elapsed) = timed(sleep(Duration::from_millis(200))).await;
println!("that took {elapsed:.2?}");

// Cell 14
{
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

/// Estimates π from `n` random points in a square.
pub fn calc_pi(n: usize) -> f64 {
    let mut rng = SmallRng::from_os_rng();
    let mut m = 0_usize;
    for _ in 0..n {
        // Simulate impact coordinates
        let x: f64 = rng.random_range(-1.0..1.0);
        let y: f64 = rng.random_range(-1.0..1.0);

        // True if impact happens inside the circle
        if x * x + y * y < 1.0 {
            m += 1;
        }
    }
    4.0 * m as f64 / n as f64
}

// Cell 15
{
use tokio::task::spawn_blocking;

let (pi, elapsed) = timed(spawn_blocking(|| calc_pi(10_000_000))).await;
println!("Value of π: {}", pi?);
println!("that took {elapsed:.2?}");

// Cell 16
{
let (both, elapsed) = timed(async {
    tokio::try_join!(
        spawn_blocking(|| calc_pi(10_000_000)),
        spawn_blocking(|| calc_pi(10_000_000)),
    )
})
.await;
println!("Values of π: {:?}", both?);
println!("that took {elapsed:.2?}");
}

// Cell 17
{
use tokio::task::{JoinError, spawn_blocking};

/// Estimates π in `m` jobs of `n` points each, spread over the cores.
pub async fn calc_pi_split(n: usize, m: usize) -> Result<f64, JoinError> {
    let jobs: Vec<_> = (0..m).map(|_| spawn_blocking(move || calc_pi(n))).collect();

    let mut sum = 0.0;
    for job in jobs {
        sum += job.await?;
    }
    Ok(sum / m as f64)
}

// Cell 18
{
let (pi, elapsed) = timed(spawn_blocking(|| calc_pi(100_000_000))).await;
println!("Value of π: {}", pi?);
println!("that took {elapsed:.2?}");

// Cell 19
{
let (pi, elapsed) = timed(calc_pi_split(10_000_000, 10)).await;
println!("Value of π: {}", pi?);
println!("that took {elapsed:.2?}");
}
}
}
}
}
}
}
}
}
}
}
}
}

Ok(())
}

/// Shows the values that cells end in.
mod shown {
    use std::fmt::Debug;

    pub trait Display {
        fn evcxr_display(&self) -> ByDebug<'_, Self> {
            ByDebug(self)
        }
    }

    impl<T: ?Sized> Display for T {}

    pub struct ByDebug<'v, T: ?Sized>(&'v T);

    pub trait Left {
        fn show(self);
    }

    impl Left for () {
        fn show(self) {}
    }

    impl<T: Debug + ?Sized> Left for ByDebug<'_, T> {
        fn show(self) {
            if std::any::type_name::<T>() == "()" {
                return;
            }
            let line = format!("{:?}", self.0);
            if line.chars().count() <= LONGEST_LINE {
                println!("{line}");
            } else {
                println!("{:#?}", self.0);
            }
        }
    }

    const LONGEST_LINE: usize = 80;
}
