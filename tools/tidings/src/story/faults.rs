//! What of a run is not as the story says.

use std::time::Duration;

use super::{
    event_driven::Reactions,
    report::{Report, Share},
};

/// How long a customer may wait where the rest comes after the answer; with the story's own latencies, of which 0.7 s come before it.
const ANSWERED_WITHIN: Duration = Duration::from_millis(800);
/// What a busy machine may add.
const TOLERANCE: Duration = Duration::from_millis(200);

impl Report {
    /// What is not as the story says.
    pub fn faults(&self) -> Vec<String> {
        let (before, after) = (&self.in_a_row, &self.event_driven);
        let whole = |share: Share| share.number == share.of;
        let all = |reactions: &Reactions| reactions.done == reactions.of;
        let most = ANSWERED_WITHIN + TOLERANCE;
        let holds = [
            (
                after.answered_seconds.within(most),
                "the answer took more than 0.8 s, and more than 0.2 s longer",
            ),
            (
                after.answered_in_outage_seconds.within(most),
                "the answer waited for the provider that was down",
            ),
            (
                whole(before.taken),
                "in a row, an order failed though all was well",
            ),
            (whole(after.taken_in_outage), "an order was lost to the outage"),
            (
                whole(after.taken_when_unsteady),
                "an order was lost to an unsteady provider",
            ),
            (
                before.taken_in_outage.number == 0,
                "the outage failed no checkout in a row",
            ),
            (all(&after.reactions), "something was not done"),
            (!all(&after.during_outage), "nothing had to wait for the provider"),
            (
                all(&after.after_outage),
                "something was not done after the outage",
            ),
            (after.during_outage.failed_tries > 0, "the outage was not seen"),
            (
                all(&after.when_unsteady),
                "something was not done with an unsteady provider",
            ),
        ];
        let faults = holds.into_iter().filter(|(holds, _)| !holds);
        faults.map(|(_, fault)| fault.to_owned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::story::{
        in_a_row::Failed,
        report::{After, Before, Seconds},
    };

    fn seconds(millis: u64) -> Seconds {
        Duration::from_millis(millis).into()
    }

    /// A run of one checkout each time, as it is told.
    fn told() -> Report {
        let one = |number| Share { number, of: 1 };
        let done = |done, failed_tries| Reactions {
            done,
            of: 12,
            failed_tries,
            dead_letters: 0,
        };
        Report {
            in_a_row: Before {
                answered_seconds: seconds(8_360),
                taken: one(1),
                taken_in_outage: one(0),
                taken_when_unsteady: one(1),
                failed: vec![Failed {
                    consumer: "sync-crm",
                    cause: "crm does not answer".to_owned(),
                }],
            },
            event_driven: After {
                answered_seconds: seconds(750),
                all_done_seconds: seconds(1_550),
                reactions: done(12, 0),
                answered_in_outage_seconds: seconds(750),
                taken_in_outage: one(1),
                during_outage: done(11, 2),
                after_outage: done(12, 2),
                taken_when_unsteady: one(1),
                when_unsteady: done(12, 0),
            },
        }
    }

    #[test]
    fn a_run_unchanged_told_has_no_faults() {
        assert_eq!(told().faults(), [""; 0]);
    }

    #[test]
    fn an_answer_after_more_than_eight_tenths_of_a_second_and_the_tolerance_is_a_fault() {
        for (millis, faults) in [(999, 0), (1_000, 0), (1_001, 1), (8_360, 1)] {
            let mut report = told();
            report.event_driven.answered_seconds = seconds(millis);
            assert_eq!(report.faults().len(), faults, "{millis} ms");
            let mut report = told();
            report.event_driven.answered_in_outage_seconds = seconds(millis);
            assert_eq!(report.faults().len(), faults, "{millis} ms in the outage");
        }
    }

    #[test]
    fn an_order_that_fails_in_a_row_when_all_is_well_is_a_fault() {
        let mut report = told();
        report.in_a_row.taken.number = 0;
        assert_eq!(report.faults(), ["in a row, an order failed though all was well"]);
    }

    #[test]
    fn what_failed_an_order_is_said_with_its_cause_in_the_text_and_in_the_json() {
        let report = told();
        let text = report.to_string();
        assert!(
            text.contains("in a row, sync-crm failed an order: crm does not answer"),
            "{text}"
        );
        let json = serde_json::to_value(&report).unwrap();
        let expected = serde_json::json!([{ "consumer": "sync-crm", "cause": "crm does not answer" }]);
        assert_eq!(json["inARow"]["failed"], expected);
    }
}
