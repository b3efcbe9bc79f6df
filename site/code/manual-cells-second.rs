#![allow(unused)]

fn main() -> Result<(), Box<dyn std::error::Error>> {

// Cell 1
{
use std::env::var;

let mut line = String::new();
std::io::stdin().read_line(&mut line)?;
println!("read {}, and {} has {} moons", line.trim(), var("PLANET")?, var("MOONS")?);
}

Ok(())
}
