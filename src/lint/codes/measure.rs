//! What prose says of measured values.

use super::{CODE, Code, Found};
use crate::model::diagnostic::Severity;

pub const CODES: &[Code] = &[
    Code {
        name: "malformed-claim",
        severity: Severity::Error,
        found: Found::ByRunning,
        meaning: "a claim cannot be judged",
        explanation: "A claim compares values: `<`, `<=`, `>`, `>=`, `==` or `!=` between sums and products of named values and
numbers, with brackets where they are needed. Numbers may have a unit of time (`ns` to `h`), of size (`B` to `GiB`)
or `%`, and only what is of one kind can be compared or added. A `-` that takes away has blanks around it.",
        bad: "``` {.rust .cell #parallel}
println!(\"cost: 364 ms\");
```

That is [fast]{claim=\"parallel.cost < 3\"}.
",
        good: "``` {.rust .cell #parallel}
println!(\"cost: 364 ms\");
```

That is [fast]{claim=\"parallel.cost < 3 s\"}.
",
        ..CODE
    },
    Code {
        name: "malformed-value",
        severity: Severity::Error,
        found: Found::ByRunning,
        meaning: "a text cannot show the value that it asks for",
        explanation: "In the brackets of `[0.1 ms]{value=\"sweep.overhead\"}` stands what the author expects: a number, and a unit of
the value's kind. `format=` gives decimals, a unit or both: `.1`, `ms`, `.1 ms`. `tolerance=` says how far the value
may be from the text: `20%`, or `50 µs`.",
        bad: "``` {.rust .cell #sweep}
println!(\"overhead: 0.12 ms\");
```

A job costs [little]{value=\"sweep.overhead\"}.
",
        good: "``` {.rust .cell #sweep}
println!(\"overhead: 0.12 ms\");
```

A job costs [0.1 ms]{value=\"sweep.overhead\"}.
",
        ..CODE
    },
    Code {
        name: "other-value",
        found: Found::ByRunning,
        meaning: "a value was measured as something else than its author wrote",
        explanation: "Readers see the measured value; the text around it may still speak of the other. A value is other if it is
further from the text than half of it, or than `tolerance=` says. `lessonc check --fix` writes the measured one.",
        bad: "``` {.rust .cell #sweep}
println!(\"overhead: 0.5 ms\");
```

A job costs [0.1 ms]{value=\"sweep.overhead\"}.
",
        good: "``` {.rust .cell #sweep}
println!(\"overhead: 0.5 ms\");
```

A job costs [0.5 ms]{value=\"sweep.overhead\"}.
",
        ..CODE
    },
    Code {
        name: "unknown-value",
        severity: Severity::Error,
        found: Found::ByRunning,
        meaning: "no run gives a value of this name",
        explanation: "A block named `#sweep` gives `sweep.overhead` by printing a line `overhead: 0.12 ms` or `overhead = 0.12 ms`; blanks
in such a name become hyphens. How long the block took is `sweep.time`. A table, a file `sweep.csv` that a program wrote,
what `#sweep` printed or a plot `#sweep`, gives of each column of numbers `sweep.seconds.min`, `max`, `median`, `mean`,
`first`, `last` and `n`.",
        bad: "``` {.rust .cell #sweep}
println!(\"overhead: 0.12 ms\");
```

A job costs [0.1 ms]{value=\"sweep.overheat\"}.
",
        good: "``` {.rust .cell #sweep}
println!(\"overhead: 0.12 ms\");
```

A job costs [0.1 ms]{value=\"sweep.overhead\"}.
",
        ..CODE
    },
    Code {
        name: "untrue-claim",
        severity: Severity::Error,
        found: Found::ByRunning,
        meaning: "a text claims what was not measured",
        explanation: "What stands in the brackets of `[faster]{claim=\"parallel.cost < serial.cost\"}` is published only as long as the
recorded runs say so. The page keeps its last true form until the text or the measurement is another.",
        bad: "``` {.rust .cell #times}
println!(\"serial: 606 ms\");
println!(\"parallel: 364 ms\");
```

Ten jobs are [three times as fast]{claim=\"times.parallel < times.serial / 3\"}.
",
        good: "``` {.rust .cell #times}
println!(\"serial: 606 ms\");
println!(\"parallel: 364 ms\");
```

Ten jobs are [faster]{claim=\"times.parallel < 0.7 * times.serial\"}.
",
        ..CODE
    },
];
