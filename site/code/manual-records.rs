#![allow(unused)]

fn main() -> Result<(), Box<dyn std::error::Error>> {

// Cell 1
{
std::thread::scope(|scope| {
    for n in 1..=3 {
        scope.spawn(move || println!("thread {n}"));
    }
});
}

Ok(())
}
