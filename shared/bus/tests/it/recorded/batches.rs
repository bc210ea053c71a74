//! What becomes of a batch by what the function answers: `lambda_/event_source_mapping/test_lambda_integration_sqs`.

use super::play::{Does, Made, Play, received};

/// A fact: messages and what the function does with them, and what was received and died.
struct Fact {
    says: &'static str,
    shown_by: &'static str,
    made: Made,
    sent: &'static [&'static str],
    does: &'static [(&'static str, Does)],
    invocations: &'static [&'static [(&'static str, u32)]],
    dead: &'static [(&'static str, u32)],
}

const TWICE: Made = Made {
    receives: 2,
    ..Made::STANDARD
};

const FACTS: [Fact; 7] = [
    Fact {
        says: "what a failing function was given comes again, the same message with one receive more",
        shown_by: "test_failing_lambda_retries_after_visibility_timeout, 2025-11-25",
        made: Made {
            batch: 1,
            ..Made::STANDARD
        },
        sent: &["one"],
        does: &[("one", Does::Throws(1))],
        invocations: &[&[("one", 1)], &[("one", 2)]],
        dead: &[],
    },
    Fact {
        says: "with a maxReceiveCount of 2 a message is received twice, and not a third time before it is dead",
        shown_by: "test_redrive_policy_with_failing_lambda, 2025-11-25",
        made: Made { batch: 1, ..TWICE },
        sent: &["one"],
        does: &[("one", Does::Throws(9))],
        invocations: &[&[("one", 1)], &[("one", 2)]],
        dead: &[("one", 2)],
    },
    Fact {
        says: "of a batch comes back what its item failures name, in its order; the rest is done",
        shown_by: "test_report_batch_item_failures, 2025-03-03",
        made: Made::FIFO,
        sent: &["g/1", "g/2", "g/3", "g/4"],
        does: &[
            ("2", Does::Fails(1)),
            ("3", Does::Fails(1)),
            ("4", Does::Fails(1)),
        ],
        invocations: &[
            &[("1", 1), ("2", 1), ("3", 1), ("4", 1)],
            &[("2", 2), ("3", 2), ("4", 2)],
        ],
        dead: &[],
    },
    Fact {
        says: "a function that fails as a whole fails every message of its batch, also those that it had done",
        shown_by: "test_report_batch_item_failures_on_lambda_error, 2025-11-25",
        made: TWICE,
        sent: &["good", "bad"],
        does: &[("bad", Does::Throws(9))],
        invocations: &[&[("good", 1), ("bad", 1)], &[("good", 2), ("bad", 2)]],
        dead: &[("good", 2), ("bad", 2)],
    },
    Fact {
        says: "item failures without an identifier fail the whole batch",
        shown_by: "test_report_batch_item_failures_invalid_result_json_batch_fails, 2025-11-25",
        made: TWICE,
        sent: &["one"],
        does: &[("one", Does::NamesNobody(9))],
        invocations: &[&[("one", 1)], &[("one", 2)]],
        dead: &[("one", 2)],
    },
    Fact {
        says: "an answer that names no failure is success",
        shown_by: "test_report_batch_item_failures_empty_json_batch_succeeds, 2025-11-25",
        made: TWICE,
        sent: &["one"],
        does: &[],
        invocations: &[&[("one", 1)]],
        dead: &[],
    },
    Fact {
        says: "a batch has no more messages than its event source mapping allows",
        shown_by: "test_sqs_event_source_mapping, 2025-11-25",
        made: Made {
            batch: 1,
            ..Made::STANDARD
        },
        sent: &["one", "two"],
        does: &[],
        invocations: &[&[("one", 1)], &[("two", 1)]],
        dead: &[],
    },
];

#[tokio::test(start_paused = true)]
async fn a_batch_ends_as_it_was_recorded_on_aws() {
    for fact in FACTS {
        let play = Play::on(fact.made);
        let invocations = play.run(fact.sent, fact.does).await;
        assert_eq!(
            received(&invocations),
            fact.invocations,
            "{} ({})",
            fact.says,
            fact.shown_by
        );
        let dead = play.dead();
        let dead: Vec<_> = dead
            .iter()
            .map(|(name, receives)| (name.as_str(), *receives))
            .collect();
        assert_eq!(dead, fact.dead, "{} ({})", fact.says, fact.shown_by);
    }
}
