//! What every transport must do, written once: "the pattern stays the same, only the transport changes".
//!
//! A [`Transport`] carries events to the storefront's three consumers. [`suite`] runs every case on it; what a transport
//! cannot show is printed as `SKIPPED` with the reason, never passed in silence.
//!
//! - [`InProcess`] is the bus.
//! - [`Deployed`] is SNS and SQS: with the functions behind the queues, or with `tidings worker` instead.

mod case;
mod deployed;
mod in_process;
mod transport;

pub use deployed::{Consuming, Deployed};
pub use in_process::InProcess;
pub use transport::{Strike, Transport};

use anyhow::bail;

/// How a case ended that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// The transport does it.
    Yes,
    /// The transport cannot show it; why.
    Skipped(&'static str),
}

/// Runs every case on a transport, also behind one that failed.
///
/// # Errors
/// When a case failed, with all that did.
pub async fn suite(transport: &dyn Transport) -> anyhow::Result<()> {
    let mut failed = Vec::new();
    macro_rules! run {
        ($($case:ident :: $name:ident),+ $(,)?) => {$({
            let name = stringify!($name).replace('_', " ");
            match case::$case::$name(transport).await {
                Ok(Shown::Yes) => println!("{}: {name}", transport.name()),
                Ok(Shown::Skipped(why)) => println!("{}: SKIPPED: {name}: {why}", transport.name()),
                Err(error) => {
                    println!("{}: FAILED: {name}: {error:#}", transport.name());
                    failed.push(format!("{name}: {error:#}"));
                }
            }
        })+};
    }
    run![
        fan_out::an_event_reaches_every_consumer_that_takes_it_and_no_other,
        duplicate::a_duplicate_is_recognised_and_its_effect_happens_once,
        caused::an_event_caused_by_another_says_so,
        poison::poison_ends_with_its_cause_in_the_dead_letters_of_who_got_it_and_its_neighbours_are_done,
        outage::what_fails_for_a_while_comes_back_and_is_done,
        redriven::a_redriven_dead_letter_is_done_once_however_often_it_is_redriven,
        struck::a_consumer_that_is_stopped_finishes_what_it_has_in_hand_and_nothing_is_lost,
        struck::a_consumer_that_is_killed_in_the_middle_loses_nothing,
    ];
    if !failed.is_empty() {
        bail!(
            "{} of the cases failed on {}:\n{}",
            failed.len(),
            transport.name(),
            failed.join("\n\n")
        );
    }
    Ok(())
}
