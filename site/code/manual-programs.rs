#![allow(unused)]

fn main() -> Result<(), Box<dyn std::error::Error>> {

// Cell 1
{
fn whom() -> String {
    std::env::args().nth(1).unwrap_or("world".to_owned())
}
}

Ok(())
}
