//! Commands: what one handler is asked to do, in the imperative, and may refuse.
//!
//! A command travels in an [`Envelope`] like an event, so that traces, the claim check, dead letters and the idempotency record are
//! the same for both. It does not go through the topic: it is sent to its handler's own FIFO queue, in the group of the aggregate that it is
//! for, and so commands for one aggregate are handled one behind the other. Its handler is a [`Consumer`](crate::Consumer) that
//! takes [`Received<C>`].
//!
//! A refusal is no [`Failure`](crate::Failure): it is decided like an acceptance, and told by an event and an answer
//! ([`Effects::answer`](crate::Effects::answer)). A command that fails comes back or is set aside, as an event does, and is not answered.

use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, value::RawValue};

use crate::{
    Actor, DecodeError, Envelope, EventType, Incoming, Outgoing, Takes,
    causation::{Origin, caused, derived_id, originate},
    contract::Deprecated,
    incoming::read,
    personal,
    request::{self, ReplyTo},
    upcast::{Read, Upcast},
};

/// What one handler is asked to do. The implementing struct is the *current* version of its data.
pub trait Command: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The CloudEvents `type`, imperative: `place-order`.
    const TYPE: &'static str;
    /// The current version of the data; starts at 1.
    const VERSION: u32 = 1;
    /// The oldest reader that understands this version (extension `minreader`).
    const MIN_READER: u32 = 1;
    /// The type of aggregate that the command is for, for example `order`.
    const AGGREGATE: &'static str;
    /// Whether a command of this type can be too large for a message, as [`Event::MAY_BE_LARGE`](crate::Event::MAY_BE_LARGE).
    const MAY_BE_LARGE: bool = true;
    /// The versions that are on their way out, as [`Event::DEPRECATED`](crate::Event::DEPRECATED).
    const DEPRECATED: &'static [Deprecated] = &[];
    /// The type with its current version, as the catalogue lists it.
    const COMMAND_TYPE: EventType = EventType {
        name: Self::TYPE,
        version: Self::VERSION,
        may_be_large: Self::MAY_BE_LARGE,
    };
    /// What the handler answers, when it accepts and when it refuses.
    type Answer: Serialize + DeserializeOwned + Send + 'static;

    /// The aggregate's id: the CloudEvents `subject`. Commands for one aggregate are handled in the order in which they are sent.
    fn aggregate_id(&self) -> &str;

    /// Whose the [`Personal`](crate::Personal) values of it are, as [`Event::person`](crate::Event::person) says; `actor` is who sends it. A command
    /// that has such values must name one.
    fn person<'a>(&'a self, actor: &'a Actor) -> Option<&'a str> {
        let _unused = actor;
        None
    }

    /// Says what an older `version` is read by, as [`Event::upcast`](crate::Event::upcast) does.
    fn upcast<U: Upcast<Self>>(version: u32, older: U) -> Option<U::Outcome> {
        let _unused = (version, older);
        None
    }
}

/// A command that was received: what its handler takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Received<C>(pub C);

impl<C: Command> Incoming for Received<C> {
    const MAY_BE_LARGE: bool = C::MAY_BE_LARGE;

    fn takes() -> Takes {
        Takes::Command(C::TYPE)
    }

    fn event_types() -> Vec<EventType> {
        vec![C::COMMAND_TYPE]
    }

    fn decode(envelope: &Envelope) -> Result<Self, DecodeError> {
        read(envelope, C::COMMAND_TYPE, |version, data| {
            C::upcast(version, Read(data))
        })
        .map(Self)
    }
}

/// Seals a command. Who sends it again, because it is not known whether it arrived, gives it the same source and id: it is then done once.
///
/// Its personal values are sealed by who sends it (`tidings_aws::personal`), before it is sent.
///
/// # Errors
/// When the command does not serialise to JSON, or has personal values and does not say whose; both are a bug of its type.
pub fn issue<C: Command>(command: &C, origin: Origin) -> Result<Envelope, serde_json::Error> {
    let (data, unsealed) = personal::state(command, C::TYPE, command.person(&origin.actor))?;
    let outgoing = Outgoing {
        event: C::COMMAND_TYPE,
        min_reader: C::MIN_READER,
        aggregate: C::AGGREGATE,
        aggregate_id: command.aggregate_id().to_owned(),
        aggregate_version: None,
        data,
        unsealed,
    };
    Ok(originate(outgoing, origin))
}

/// The message group of a command: the aggregate that it is for, or the command itself where it names none. SQS takes 128 characters of
/// printable ASCII (AWS: SQS `SendMessage`, `MessageGroupId`), and an aggregate's id may be anything, so it is a digest.
#[must_use]
pub fn group(command: &Envelope) -> String {
    let aggregate = command.aggregatetype.as_deref().unwrap_or_default();
    let of = match &command.subject {
        Some(subject) => format!("{aggregate}#{subject}"),
        None => command.key(),
    };
    digest(&of)
}

/// What SQS knows a command by for five minutes (AWS: SQS `SendMessage`, `MessageDeduplicationId`). It keeps out the repetition of a
/// sending, not of a command: who asks again wants the answer, so each asking is a message of its own.
#[must_use]
pub fn deduplication_id(command: &Envelope) -> String {
    let asking = ReplyTo::of(command).map(|reply_to| reply_to.request);
    digest(&format!("{}|{}", command.key(), asking.unwrap_or_default()))
}

fn digest(text: &str) -> String {
    uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, text.as_bytes()).to_string()
}

/// The type of the answers to commands of this type.
#[must_use]
pub fn answer_type(command: &str) -> String {
    format!("{command}.answered")
}

/// Seals the answer of `handler`, a consumer of `service`, to `command`: of the type `<command>.answered`, and the same whenever it is sealed.
///
/// # Errors
/// When the answer does not serialise, which no JSON value does.
pub fn answer(
    answer: &Value,
    command: &Envelope,
    handler: &str,
    service: &str,
    now: Timestamp,
) -> Result<Envelope, serde_json::Error> {
    let id = derived_id(handler, command, "answer");
    let source = format!("/{service}");
    let outgoing = Outgoing {
        event: EventType {
            name: "",
            version: command.schemaversion,
            may_be_large: false,
        },
        min_reader: 1,
        aggregate: "",
        aggregate_id: String::new(),
        aggregate_version: None,
        data: RawValue::from_string(serde_json::to_string(answer)?)?,
        unsealed: None,
    };
    let answered = caused(outgoing, command, id, &source, now);
    Ok(answered.with(|attributes| {
        attributes.event_type = answer_type(&command.event_type);
        attributes.dataschema = None;
        attributes.subject.clone_from(&command.subject);
        attributes.aggregatetype.clone_from(&command.aggregatetype);
        if let Some(ReplyTo { request, .. }) = ReplyTo::of(command) {
            request::concern(attributes, &request);
        }
    }))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::Actor;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Feed {
        bear: String,
    }

    impl Command for Feed {
        const TYPE: &'static str = "feed";
        const AGGREGATE: &'static str = "bear";
        type Answer = bool;

        fn aggregate_id(&self) -> &str {
            &self.bear
        }
    }

    fn feed(bear: &str, id: u128) -> Envelope {
        let origin = Origin {
            source: "/zoo".into(),
            id: Uuid::from_u128(id),
            time: Timestamp::UNIX_EPOCH,
            correlation_id: None,
            trace: None,
            actor: Actor::default(),
        };
        issue(&Feed { bear: bear.into() }, origin).unwrap()
    }

    fn asked(command: Envelope, request: &str) -> Envelope {
        let reply_to = ReplyTo {
            queue: "zoo-replies-00000000000000aa".into(),
            request: request.into(),
        };
        request::asking(command, &reply_to)
    }

    #[test]
    fn a_command_is_read_by_its_handler_and_is_no_part_of_a_history() {
        let command = Envelope::parse(&feed("bruno", 1).to_json()).unwrap();
        assert_eq!(Received::<Feed>::decode(&command).unwrap().0.bear, "bruno");
        assert_eq!(
            (command.aggregateversion, command.subject.as_deref()),
            (None, Some("bruno"))
        );
        let takes = Received::<Feed>::takes();
        assert_eq!(
            (takes.command(), crate::catalogue::filter(&takes)),
            (Some("feed"), None)
        );
        let strange = command.to_json().replace("\"feed\"", "\"pet\"");
        let strange = Envelope::parse(&strange).unwrap();
        assert!(matches!(
            Received::<Feed>::decode(&strange),
            Err(DecodeError::Type(_))
        ));
    }

    #[test]
    fn a_group_is_an_aggregate_and_its_name_is_one_that_sqs_takes() {
        let strange = "Bruno the ünruly, ".repeat(100);
        assert_eq!(group(&feed(&strange, 1)), group(&feed(&strange, 2)));
        assert_ne!(group(&feed("bruno", 1)), group(&feed("berta", 1)));
        let name = group(&feed(&strange, 1));
        assert!(name.len() <= 128 && name.bytes().all(|byte| byte.is_ascii_graphic()));
    }

    #[test]
    fn a_sending_is_known_by_its_command_and_its_question() {
        let id = |command: Envelope| deduplication_id(&command);
        assert_eq!(id(feed("bruno", 1)), id(feed("bruno", 1)));
        assert_ne!(id(feed("bruno", 1)), id(feed("bruno", 2)));
        let asked = |request| asked(feed("bruno", 1), request);
        assert_eq!(id(asked("q-1")), id(asked("q-1")));
        assert_ne!(id(asked("q-1")), id(asked("q-2")));
        assert_ne!(id(asked("q-1")), id(feed("bruno", 1)));
    }

    #[test]
    fn an_answer_names_its_question_and_its_command_and_is_one_however_often_it_is_sealed() {
        let command = asked(feed("bruno", 1), "q-1");
        let seal = |now| answer(&json!(true), &command, "feed-bear", "zoo", now).unwrap();
        let first = Envelope::parse(&seal(Timestamp::UNIX_EPOCH).to_json()).unwrap();
        assert_eq!(first.key(), seal(Timestamp::MAX).key());
        assert_eq!(first.event_type, "feed.answered");
        assert_eq!(first.causationid.as_deref(), Some(command.id.as_str()));
        assert_eq!(request::request_of(&first).as_deref(), Some("q-1"));
        assert_eq!(ReplyTo::of(&first), None, "nobody answers an answer");
    }
}
