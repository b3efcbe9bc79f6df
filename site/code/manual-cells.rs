#![allow(unused)]

fn main() -> Result<(), Box<dyn std::error::Error>> {
use shown::Display as _;

// Cell 1
{
let planets = ["Mercury", "Venus", "Earth"];
println!("We know {} of them well.", planets.len());
shown::Left::show((&(
planets
)).evcxr_display());

// Cell 2
{
eprintln!("The sun is low.");

// Cell 3
{
let planets = planets.map(|name| name.to_uppercase());
let number: usize = "2".parse()?;
shown::Left::show((&(
planets[number - 1].as_str()
)).evcxr_display());

// Cell 4
{
let number = 100;
shown::Left::show((&(
number
)).evcxr_display());
}

// Cell 5
{
shown::Left::show((&(
number
)).evcxr_display());

// Cell 6
{
use std::collections::BTreeMap;
let moons = BTreeMap::from([("Earth", 1), ("Mars", 2)]);
shown::Left::show((&(
moons["Mars"]
)).evcxr_display());

// Cell 7
{
println!("<p>A <mark>paragraph</mark> that a program wrote.</p>");

// Cell 8
{
let mut svg = String::from(
    "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 230 40' fill='#4a90d9'>",
);
for i in 1..10 {
    svg += &format!("<circle cx='{}' cy='20' r='{i}'/>", 24 * i - 8);
}
std::fs::write("dots.svg", svg + "</svg>")?;

// Cell 9
{
struct Bold(&'static str);

impl Bold {
    fn evcxr_display(&self) {
        println!("EVCXR_BEGIN_CONTENT text/html");
        println!("<b>{}</b>", self.0);
        println!("EVCXR_END_CONTENT");
    }
}

shown::Left::show((&(
Bold("shown by itself")
)).evcxr_display());

// Cell 10
{
let table = std::fs::read_to_string("data/planets.csv")?;
shown::Left::show((&(
table.lines().count() - 1
)).evcxr_display());

// Cell 11
{
for year in 1..=3 {
    println!("year {year}: {} days", year * 365);
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
