//! What programs give, told while they run.

use std::{cell::RefCell, sync::mpsc::Sender, time::Duration};

use super::{Cargo, leave_out_chatter};
use crate::{
    execute::Splitter,
    model::{package::Program, record::StepTrace},
};

/// What a program gave so far.
pub struct SoFar {
    /// Its lesson, and its name.
    pub program: (String, String),
    /// One for each step that was begun.
    pub steps: Vec<StepTrace>,
}

/// How long there is nothing told after something was: nobody reads faster.
const PAUSE: Duration = Duration::from_millis(100);

impl Cargo {
    /// Tells from now on what programs give, while they run.
    pub fn tell(&mut self, told: Option<Sender<SoFar>>) {
        self.told = told;
    }

    /// Waits for a run to end, and tells meanwhile what the program gives.
    pub async fn telling<T>(
        &self,
        program: &Program,
        splitter: &RefCell<Splitter>,
        run: impl Future<Output = T>,
    ) -> T {
        let Some(told) = &self.told else { return run.await };
        let tell = async {
            let mut before = vec![];
            loop {
                tokio::time::sleep(PAUSE).await;
                let mut steps = splitter.borrow().so_far();
                if steps != before {
                    before.clone_from(&steps);
                    leave_out_chatter(program, &mut steps);
                    let parts = steps.iter_mut().flat_map(|step| &mut step.parts);
                    parts.for_each(|part| self.hide_folders(part.text_mut()));
                    let program = (program.lesson.clone(), program.name.clone());
                    _ = told.send(SoFar { program, steps });
                }
            }
        };
        tokio::select! {
            biased;
            ended = run => ended,
            () = tell => unreachable!("it tells without end"),
        }
    }
}
