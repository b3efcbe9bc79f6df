//! What drawing charts finds.

use super::{CODE, Code};
use crate::model::diagnostic::Severity;

pub const CODES: &[Code] = &[
    Code {
        name: "plot-attribute",
        severity: Severity::Error,
        meaning: "a plot asks for what there is not",
        explanation: "What a `.plot` block can say is `data`, `kind`, `x`, `y`, `series`, `caption`, `alt`, and of each axis its
`scale`, `label` and `unit`: `y-scale=\"log10\"`.",
        bad: "``` {.plot x-scale=\"log\"}
jobs,seconds
1,2.3
2,1.2
```
",
        good: "``` {.plot x-scale=\"log2\"}
jobs,seconds
1,2.3
2,1.2
```
",
        ..CODE
    },
    Code {
        name: "plot-data",
        severity: Severity::Error,
        meaning: "a plot's data is not there, or cannot be read",
        explanation: "Data is a file that a program of the lesson writes, a file of the course, what a named cell prints
(`data=\"#cell\"`), or what stands in the block. It is CSV, or as the file's ending says: `.csv`, `.tsv`, `.json`.",
        bad: "``` {.plot}
jobs,seconds
1,2.3,4
```
",
        good: "``` {.plot}
jobs,seconds
1,2.3
```
",
        ..CODE
    },
    Code {
        name: "plot-column",
        severity: Severity::Error,
        meaning: "a plot's data has no such column",
        explanation: "The first line of the data names its columns. Where a plot doesn't say which ones it shows, `x` is the first and
`y` the second.",
        bad: "``` {.plot y=second}
jobs,seconds
1,2.3
```
",
        good: "``` {.plot y=seconds}
jobs,seconds
1,2.3
```
",
        ..CODE
    },
    Code {
        name: "plot-number",
        severity: Severity::Error,
        meaning: "a plot's data holds what is no number",
        explanation: "A point needs two numbers. What was not measured is left out of the data: a gap that looks like a measurement
would mislead.",
        bad: "``` {.plot}
jobs,seconds
1,2.3
2,NaN
```
",
        good: "``` {.plot}
jobs,seconds
1,2.3
```
",
        ..CODE
    },
    Code {
        name: "plot-scale",
        severity: Severity::Error,
        meaning: "a number has no place on a logarithmic axis",
        explanation: "Such an axis goes down to zero without end: zero and what is below have no place on it.",
        bad: "``` {.plot y-scale=\"log10\"}
jobs,seconds
1,2.3
2,-1
```
",
        good: "``` {.plot}
jobs,seconds
1,2.3
2,-1
```
",
        ..CODE
    },
    Code {
        name: "plot-empty",
        severity: Severity::Error,
        meaning: "a plot has nothing to draw",
        explanation: "The data has no rows below the names of its columns, if it has those.",
        bad: "``` {.plot}
jobs,seconds
```
",
        good: "``` {.plot}
jobs,seconds
1,2.3
```
",
        ..CODE
    },
    Code {
        name: "plot-crowded",
        severity: Severity::Error,
        meaning: "a plot has more in it than can be told apart",
        explanation: "Series differ in colour, in shape, and in whether they are filled: that is enough for twelve. Bars have a line
each, and there is room for sixty. Points may be as many as there are.",
        bad: "``` {.plot series=s}
x,y,s
1,1,a
1,2,b
1,3,c
1,4,d
1,5,e
1,6,f
1,7,g
1,8,h
1,9,i
1,10,j
1,11,k
1,12,l
1,13,m
```
",
        good: "``` {.plot series=s}
x,y,s
1,1,a
1,2,b
```
",
        ..CODE
    },
];
