//! Mutants: the protocol with one rule broken, each from outside, by changing what passes between the runtime and its
//! surroundings. The code that is deployed knows nothing of them.
//!
//! A mutant is killed by the rule that it breaks ([`Mutant::breaks`]), and by no other: whatever else goes wrong in its world may have another
//! cause. What DynamoDB cannot read kills nothing at all ([`Rule::RequestsAreValid`]), but for the one mutant that sends it.

mod requests;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsMessage};
use serde_json::{Value, json};

use crate::{Odds, Plan, rule::Rule};

/// A broken rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Mutant {
    /// A completion is written whoever holds the lease.
    CompleteWithoutOwner,
    /// A release, or a setting aside, is written whoever holds the lease, and whether or not the event is done.
    ReleaseWithoutCondition,
    /// A claim marks the event as done, before it is handled.
    MarkBeforeHandling,
    /// A claim ignores the lease of another worker.
    NoLease,
    /// A lease ends while its worker still works.
    ShortLease,
    /// A lease outlives every delivery.
    EndlessLease,
    /// An ended lease is not seen as ended.
    IgnoreLeaseEnd,
    /// An expired record counts until DynamoDB deletes it.
    IgnoreExpiry,
    /// A delivery that meets another worker's lease is acknowledged.
    AcknowledgeInFlight,
    /// A batch is acknowledged whole, whatever failed.
    AcknowledgeFailures,
    /// The event's identity is the message's id.
    KeyByMessageId,
    /// A transactional completion is written though it was done before.
    CommitUnconditionally,
    /// Effects are written first, and the record after them.
    EffectsBesideTheRecord,
    /// The record is written first, and the effects after it.
    RecordBeforeEffects,
    /// What could not be sent to the dead-letter queue is acknowledged.
    AcknowledgeUnsentDeadLetter,
    /// Nobody publishes what the stream has missed.
    NoSweeper,
    /// What an aggregate has pending is published from its end.
    PublishBackwards,
    /// What could not be published counts as published.
    ForgetUnpublished,
    /// What failed once may never be claimed again.
    FailedForEver,
    /// An event is put whatever is there.
    AppendOverWhatIsThere,
    /// The answer to a request is not kept with its events.
    NoReceipt,
    /// The answer to a request is kept after its events.
    ReceiptAfterEvents,
    /// What an event caused goes into the outbox after its effect.
    EmitAfterEffects,
    /// What is set aside, or comes back, does not say why.
    KeepNoCause,
    /// A transaction that met another one is taken for committed.
    ForgetConflict,
    /// What is behind a failed command of its group does not wait for it.
    OvertakeInGroup,
    /// The dead letters that a command stands behind are not seen.
    IgnoreTheLine,
    /// A dead letter holds its group before it is sent.
    HoldAtOnce,
    /// The redrive policy moves what has been received a few times, tried or not.
    FewReceives,
    /// The answer to a command is not kept with its record.
    AnswerNotKept,
    /// Large data is kept after its event, or never.
    PublishBeforeDeposit,
    /// A person's key is put whatever is there.
    PutKeyOverKey,
    /// A person is erased, and the key is kept.
    EraseAndKeepTheKey,
    /// A view is put whatever is there.
    PutViewOverView,
    /// That a try begins is not counted.
    CountNoTries,
    /// What an event caused does not say by what.
    ForgetTheCause,
    /// A completion's condition is one that DynamoDB cannot read.
    UnreadableCondition,
}

impl Mutant {
    /// The rule that it breaks, which alone may kill it.
    #[must_use]
    pub fn breaks(self) -> Rule {
        match self {
            Self::CompleteWithoutOwner | Self::ReleaseWithoutCondition => Rule::StaysCompleted,
            Self::MarkBeforeHandling | Self::RecordBeforeEffects => Rule::DoneIsDone,
            // A claim that is refused and should not be writes no lease, and its effect begins all the same.
            Self::NoLease | Self::ShortLease | Self::IgnoreLeaseEnd => Rule::Exclusive,
            // What comes again before the message waits for it, and it cannot come while that waits.
            Self::EndlessLease | Self::HoldAtOnce => Rule::ComesToAnEnd,
            Self::IgnoreExpiry => Rule::ExpiryFrees,
            Self::AcknowledgeInFlight
            | Self::AcknowledgeFailures
            | Self::AcknowledgeUnsentDeadLetter
            | Self::ForgetUnpublished
            | Self::ForgetConflict => Rule::NothingIsLost,
            Self::KeyByMessageId | Self::CommitUnconditionally | Self::EffectsBesideTheRecord => {
                Rule::EffectOnce
            }
            Self::EmitAfterEffects => Rule::EventsWithTheirState,
            Self::KeepNoCause => Rule::DeadHasItsCause,
            Self::NoSweeper => Rule::StatedIsPublished,
            Self::PublishBackwards => Rule::OutInOrder,
            Self::FailedForEver => Rule::CanBeRedriven,
            Self::AppendOverWhatIsThere => Rule::HistoriesAreWhole,
            Self::NoReceipt | Self::ReceiptAfterEvents => Rule::OneAnswer,
            Self::OvertakeInGroup => Rule::CommandsInOrder,
            Self::IgnoreTheLine => Rule::WaitsBehindItsLetter,
            Self::FewReceives => Rule::TriedBeforeDead,
            Self::AnswerNotKept => Rule::CommandsAreAnswered,
            Self::PublishBeforeDeposit => Rule::LargeDataIsThere,
            Self::PutKeyOverKey => Rule::PersonsAreRead,
            Self::EraseAndKeepTheKey => Rule::ErasedIsGone,
            Self::PutViewOverView => Rule::ViewsFollow,
            Self::CountNoTries | Self::ForgetTheCause => Rule::TraceTellsTheTruth,
            Self::UnreadableCondition => Rule::RequestsAreValid,
        }
    }

    /// The world with more of what shows that the rule is broken, where that is rare: what breaks is then seen in few worlds instead of in many.
    pub(crate) fn shown(self, plan: Plan) -> Plan {
        let Plan { events, odds, .. } = plan;
        match self {
            // Its process must die between the mark and the letter, with something done before it in its batch.
            Self::HoldAtOnce => Plan {
                events: 0,
                commands: events / 2,
                odds: Odds {
                    crash: 0.2,
                    troubled: 0.3,
                    queue_down: 0.3,
                    ..odds
                },
                ..plan
            },
            // Its worker must die, or its request be lost, between the two.
            Self::RecordBeforeEffects => Plan {
                odds: Odds {
                    request_lost: 0.2,
                    ..odds
                },
                ..plan
            },
            // They wait for the end of a world's patience, which commands make long: uncounted, their tries are never enough.
            Self::EndlessLease | Self::CountNoTries => Plan { commands: 0, ..plan },
            _ => plan,
        }
    }

    /// What the consumer is given instead of a message.
    pub(crate) fn message(self, message: &mut SqsMessage) {
        if self == Self::OvertakeInGroup {
            message.attributes.remove("MessageGroupId");
        }
        if self != Self::KeyByMessageId {
            return;
        }
        let body = message
            .body
            .as_deref()
            .and_then(|body| serde_json::from_str::<Value>(body).ok());
        if let Some(mut body) = body {
            body["id"] = json!(message.message_id);
            message.body = Some(body.to_string());
        }
    }

    /// What the queue is told instead of a response; `in_flight` are the messages that met another's lease.
    pub(crate) fn batch_response(self, response: &mut SqsBatchResponse, in_flight: &[String]) {
        match self {
            Self::AcknowledgeFailures => response.batch_item_failures.clear(),
            Self::AcknowledgeInFlight => {
                response
                    .batch_item_failures
                    .retain(|failure| !in_flight.contains(&failure.item_identifier));
            }
            _ => {}
        }
    }
}
