#![allow(unused)]

fn main() -> Result<(), Box<dyn std::error::Error>> {

// Cell 1
{
println!("days: {}", 687);
println!("ratio: {:.4}", 687.0 / 365.0);

// Cell 2
{
println!("distance,year");
for distance in [0.39_f64, 0.72, 1.0, 1.52, 5.20, 9.58] {
    println!("{distance},{:.0}", 365.25 * distance.powf(1.5));
}

// Cell 3
{
std::thread::sleep(std::time::Duration::from_millis(30));

// Cell 4
{
std::thread::sleep(std::time::Duration::from_millis(10));
}
}
}
}

Ok(())
}
