//! Causation: sealing an outgoing event into an envelope, at the head of a chain or caused by another.

use std::fmt::Display;

use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    Actor, Attributes, Envelope, Failure, Outgoing, consumer::Declared, contract, trace::TraceParent,
};

/// How many events may stand between an event and the head of its chain. A longer chain is an event
/// storm (consumers that feed each other) and is cut, loudly.
pub const HOP_LIMIT: u32 = 16;

/// The namespace of derived event ids (UUID version 5, RFC 9562 section 5.5).
const DERIVED: Uuid = Uuid::from_u128(0x7469_6469_6e67_7380_8000_6465_7269_7665);

/// What a publisher knows of the request that it serves; time and ids come in as data.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The publisher's `source`, for example `/storefront/orders`.
    pub source: String,
    /// The new event's id.
    pub id: Uuid,
    /// When the fact happened.
    pub time: Timestamp,
    /// The chain to join (a caller's correlation id), or none to begin one.
    pub correlation_id: Option<String>,
    /// The caller's trace, or none to begin one.
    pub trace: Option<TraceParent>,
    /// Who acts.
    pub actor: Actor,
}

/// What a consumer's handler may know of the delivery that it handles.
#[derive(Debug, Clone)]
pub struct Context {
    /// The event, in its envelope.
    pub envelope: Envelope,
    /// The consumer's name.
    pub consumer: &'static str,
    /// Which try this is; 1 is the first.
    pub attempt: u32,
    /// When the runtime began with it.
    pub now: Timestamp,
}

impl Context {
    /// A key for a provider that deduplicates (Stripe's `Idempotency-Key`): the same for every delivery
    /// of this event to this consumer.
    #[must_use]
    pub fn idempotency_key(&self) -> Uuid {
        derived_id(self.consumer, &self.envelope, 0)
    }
}

/// Seals the head of a chain.
#[must_use]
pub fn originate(outgoing: Outgoing, origin: Origin) -> Envelope {
    let id = origin.id.to_string();
    let trace = origin.trace.map_or_else(
        || TraceParent::begin(origin.id.as_u128()),
        |trace| trace.child(origin.id.as_u128()),
    );
    seal(outgoing, id, |attributes| Attributes {
        source: origin.source,
        time: Some(origin.time),
        correlationid: Some(origin.correlation_id.unwrap_or_else(|| attributes.id.clone())),
        traceparent: Some(trace.to_string()),
        actor: origin.actor,
        ..attributes
    })
}

/// Seals the event number `index` that `consumer` emits because of `cause`. Its id is derived from
/// (consumer, source, id, index), so a repeated handling publishes a duplicate, which every consumer
/// recognises, and not a second event.
///
/// # Errors
/// A permanent [`Failure`] when the chain is longer than [`HOP_LIMIT`].
pub fn follow(
    outgoing: Outgoing,
    cause: &Envelope,
    consumer: &str,
    source: &str,
    index: u32,
    now: Timestamp,
) -> Result<Envelope, Failure> {
    if cause.hops >= HOP_LIMIT {
        return Err(Failure::permanent(format!(
            "hop limit: {} would be event {} of the chain {}; consumers that feed each other?",
            outgoing.event,
            cause.hops + 1,
            cause.correlation_id()
        ))
        .of_class("HopLimit"));
    }
    let id = derived_id(consumer, cause, index);
    Ok(caused(outgoing, cause, id, source, now))
}

/// Seals what is stated in one breath with `sibling`: because of the same event or request, in the same chain and trace, for the same actor.
#[must_use]
pub fn beside(outgoing: Outgoing, sibling: &Envelope, id: Uuid, now: Timestamp) -> Envelope {
    let trace: Option<TraceParent> = sibling.traceparent.as_deref().and_then(|text| text.parse().ok());
    let trace = trace
        .unwrap_or_else(|| TraceParent::begin(id.as_u128()))
        .child(id.as_u128());
    seal(outgoing, id.to_string(), |attributes| Attributes {
        source: sibling.source.clone(),
        time: Some(now),
        correlationid: Some(sibling.correlation_id().to_owned()),
        causationid: sibling.causationid.clone(),
        hops: sibling.hops,
        traceparent: Some(trace.to_string()),
        actor: sibling.actor.clone(),
        ..attributes
    })
}

/// An event that was prepared before it was true, and is true from `now` on.
#[must_use]
pub fn come_true(prepared: Envelope, now: Timestamp) -> Envelope {
    prepared.with(|attributes| attributes.time = Some(now))
}

/// Seals what `cause` has caused, under this id.
pub(crate) fn caused(
    outgoing: Outgoing,
    cause: &Envelope,
    id: Uuid,
    source: &str,
    now: Timestamp,
) -> Envelope {
    let trace: Option<TraceParent> = cause.traceparent.as_deref().and_then(|text| text.parse().ok());
    let trace = trace
        .unwrap_or_else(|| TraceParent::begin(id.as_u128()))
        .child(id.as_u128());
    seal(outgoing, id.to_string(), |attributes| Attributes {
        source: source.to_owned(),
        time: Some(now),
        correlationid: Some(cause.correlation_id().to_owned()),
        causationid: Some(cause.id.clone()),
        hops: cause.hops + 1,
        traceparent: Some(trace.to_string()),
        actor: cause.actor.clone(),
        ..attributes
    })
}

/// Seals all that a consumer states because of the event in `context`, in this order: each as [`follow`] does.
///
/// # Errors
/// A permanent [`Failure`] when the consumer has not declared that it publishes such an event, or the chain is too long.
pub fn emit(events: Vec<Outgoing>, consumer: &Declared, context: &Context) -> Result<Vec<Envelope>, Failure> {
    let source = format!("/{}", consumer.service);
    let emitted = events.into_iter().zip(0..).map(|(outgoing, index)| {
        let event_type = outgoing.event_type();
        if !consumer.publishes.contains(&event_type) {
            return Err(Failure::permanent(format!(
                "{} emits {event_type} without declaring that it publishes it",
                consumer.name
            )));
        }
        follow(
            outgoing,
            &context.envelope,
            consumer.name,
            &source,
            index,
            context.now,
        )
    });
    emitted.collect()
}

/// `of` says which of all that the consumer makes of `cause` it is.
pub(crate) fn derived_id(consumer: &str, cause: &Envelope, of: impl Display) -> Uuid {
    derived(consumer, &cause.key(), of)
}

fn derived(consumer: &str, cause: &str, of: impl Display) -> Uuid {
    Uuid::new_v5(&DERIVED, format!("{consumer}|{cause}|{of}").as_bytes())
}

/// Events that a handling states, at most: it commits them in one transaction (AWS: DynamoDB `TransactWriteItems`, 100 actions).
const MOST_STATED: u32 = 100;

/// Whether the event with this id is one that `consumer` has stated because of the event with the key `cause` ([`follow`]).
#[must_use]
pub fn is_stated_by(id: &str, consumer: &str, cause: &str) -> bool {
    let Ok(id) = id.parse::<Uuid>() else { return false };
    (0..MOST_STATED).any(|index| derived(consumer, cause, index) == id)
}

fn seal(outgoing: Outgoing, id: String, place: impl FnOnce(Attributes) -> Attributes) -> Envelope {
    let attributes = Attributes {
        id,
        source: String::new(),
        event_type: outgoing.event.name.to_owned(),
        time: None,
        subject: Some(outgoing.aggregate_id),
        datacontenttype: Some("application/json".to_owned()),
        dataschema: Some(contract::urn(outgoing.event.name, outgoing.event.version)),
        dataref: None,
        aggregatetype: Some(outgoing.aggregate.to_owned()),
        aggregateversion: outgoing.aggregate_version,
        schemaversion: outgoing.event.version,
        minreader: outgoing.min_reader,
        correlationid: None,
        causationid: None,
        hops: 0,
        traceparent: None,
        actor: Actor::default(),
        extensions: Default::default(),
    };
    Envelope::new(place(attributes), outgoing.data).unsealed_as(outgoing.unsealed)
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use super::*;
    use crate::Event;

    #[derive(Serialize, Deserialize)]
    struct Paid {
        id: String,
    }

    impl Event for Paid {
        const TYPE: &'static str = "bill.paid";
        const AGGREGATE: &'static str = "bill";

        fn aggregate_id(&self) -> &str {
            &self.id
        }
    }

    fn paid() -> Outgoing {
        Outgoing::new(&Paid { id: "b-1".into() }, 1).unwrap()
    }

    fn head() -> Envelope {
        let origin = Origin {
            source: "/till".into(),
            id: Uuid::from_u128(9),
            time: Timestamp::UNIX_EPOCH,
            correlation_id: None,
            trace: None,
            actor: Actor {
                id: Some("u-1".into()),
                ..Actor::default()
            },
        };
        originate(paid(), origin)
    }

    fn caused_by(cause: &Envelope, index: u32) -> Envelope {
        follow(
            paid(),
            cause,
            "thank-payer",
            "/thanks",
            index,
            Timestamp::UNIX_EPOCH,
        )
        .unwrap()
    }

    #[test]
    fn a_caused_event_inherits_chain_trace_and_actor_and_names_its_cause() {
        let head = head();
        let caused = caused_by(&head, 0);
        assert_eq!(caused.correlationid, head.correlationid);
        assert_eq!(caused.causationid.as_deref(), Some(head.id.as_str()));
        assert_eq!((caused.hops, &caused.actor), (1, &head.actor));
        let trace = |envelope: &Envelope| envelope.traceparent.as_deref().unwrap()[..35].to_owned();
        assert_eq!(trace(&caused), trace(&head));
        assert_ne!(caused.traceparent, head.traceparent);
    }

    #[test]
    fn what_is_stated_beside_an_event_has_its_cause_chain_trace_and_actor_and_a_time_of_its_own() {
        let sibling = caused_by(&head(), 0);
        let later = Timestamp::constant(1_768_471_200, 0);
        let beside = beside(paid(), &sibling, Uuid::from_u128(77), later);
        assert_eq!(beside.causationid, sibling.causationid);
        assert_eq!(beside.correlationid, sibling.correlationid);
        assert_eq!((beside.hops, &beside.actor), (sibling.hops, &sibling.actor));
        assert_eq!(
            (beside.time, sibling.time),
            (Some(later), Some(Timestamp::UNIX_EPOCH))
        );
        assert_ne!(beside.id, sibling.id);
        let trace = |envelope: &Envelope| envelope.traceparent.as_deref().unwrap()[..35].to_owned();
        assert_eq!(trace(&beside), trace(&sibling));
        let true_now = come_true(sibling.clone(), later);
        assert_eq!((true_now.time, &true_now.id), (Some(later), &sibling.id));
    }

    #[test]
    fn a_repeat_derives_the_same_id_and_a_neighbour_another() {
        let head = head();
        assert_eq!(caused_by(&head, 0).id, caused_by(&head, 0).id);
        assert_ne!(caused_by(&head, 0).id, caused_by(&head, 1).id);
        let other = follow(paid(), &head, "sue-payer", "/thanks", 0, Timestamp::UNIX_EPOCH).unwrap();
        assert_ne!(caused_by(&head, 0).id, other.id);
        let by = |event: &Envelope, consumer| is_stated_by(&event.id, consumer, &head.key());
        assert!(by(&caused_by(&head, 7), "thank-payer") && by(&other, "sue-payer"));
        assert!(!by(&other, "thank-payer") && !by(&head, "thank-payer"));
    }

    #[test]
    fn a_chain_is_cut_at_the_hop_limit_with_a_reason() {
        let mut event = head();
        for _ in 0..HOP_LIMIT {
            event = caused_by(&event, 0);
        }
        let cut = follow(paid(), &event, "thank-payer", "/thanks", 0, Timestamp::UNIX_EPOCH);
        assert!(matches!(cut, Err(Failure::Permanent { reason, .. }) if reason.starts_with("hop limit")));
    }
}
