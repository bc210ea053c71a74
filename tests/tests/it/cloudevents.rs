//! The envelope is a CloudEvent to others: events go to the official SDK for Python, and come from it.

use anyhow::Context as _;
use serde_json::{Value, json};
use storefront_contracts::{Currency, InvoiceCreated, OrderPlaced};
use tidings_core::{Envelope, Event as _, Extension, Incoming as _, Outgoing, causation};
use tidings_tests::{
    checkout::read,
    orders::{order_of, order_placed},
    python::cloudevents_sdk,
};

/// An event at the head of a chain, and one that it causes.
fn made_here() -> anyhow::Result<[Envelope; 2]> {
    let placed = order_placed(7, Currency::EUR)?;
    let OrderPlaced {
        order_id,
        user_id,
        total,
        items,
        ..
    } = order_of(&placed)?;
    let invoice = InvoiceCreated {
        invoice_id: format!("inv-{order_id}"),
        order_id,
        user_id,
        total,
        items,
        tax_rate: Some(2_000),
    };
    let now = placed.time.context("time")?;
    let created = causation::follow(
        Outgoing::new(&invoice, 1)?,
        &placed,
        "create-invoice",
        "/billing",
        0,
        now,
    );
    Ok([placed, created.map_err(|failure| anyhow::anyhow!("{failure:?}"))?])
}

fn samples() -> anyhow::Result<Vec<Envelope>> {
    let files = ["order.placed/v1", "order.placed/v2", "invoice.created/v1"];
    files
        .iter()
        .map(|file| Ok(Envelope::parse(&read(format!("events/{file}.json"))?)?))
        .collect()
}

#[test]
fn an_envelope_of_this_project_is_read_by_the_python_sdk_with_all_its_attributes() -> anyhow::Result<()> {
    for envelope in made_here()?.into_iter().chain(samples()?) {
        let mut sent: Value = serde_json::from_str(&envelope.to_json())?;
        let read: Value = serde_json::from_str(&cloudevents_sdk("read", &envelope.to_json())?)?;
        let mut attributes = read["attributes"].clone();
        let time: jiff::Timestamp = attributes["time"].as_str().context("time")?.parse()?;
        // Python's clock has microseconds.
        assert_eq!(
            Some(time.as_microsecond()),
            envelope.time.map(jiff::Timestamp::as_microsecond)
        );
        attributes["time"] = sent["time"].clone();
        let data = sent.as_object_mut().and_then(|members| members.remove("data"));
        assert_eq!((attributes, Some(&read["data"])), (sent, data.as_ref()));
    }
    Ok(())
}

#[test]
fn an_envelope_that_went_through_the_python_sdk_is_the_same_here() -> anyhow::Result<()> {
    for envelope in samples()? {
        let back = Envelope::parse(&cloudevents_sdk("pass", &envelope.to_json())?)?;
        assert_eq!(*back, *envelope, "the attributes");
        let data = |envelope: &Envelope| serde_json::from_str::<Value>(envelope.data());
        assert_eq!(data(&back)?, data(&envelope)?);
    }
    Ok(())
}

#[test]
fn an_event_made_by_the_python_sdk_is_read_here_as_its_typed_event() -> anyhow::Result<()> {
    let [placed, _] = made_here()?;
    let attributes = json!({
        "type": OrderPlaced::TYPE,
        "source": "https://shop.example.com/checkout#eu",
        "subject": "ord-1",
        "datacontenttype": "application/json; charset=utf-8",
        "schemaversion": 2,
        "correlationid": "c-1",
        "actorid": "usr-1",
        "partitionkey": "p-1",
        "sampled": true,
    });
    let asked = json!({ "attributes": attributes, "data": serde_json::from_str::<Value>(placed.data())? });
    let envelope = Envelope::parse(&cloudevents_sdk("make", &asked.to_string())?)?;
    assert_eq!(OrderPlaced::decode(&envelope)?, order_of(&placed)?);
    assert!(
        !envelope.id.is_empty() && envelope.time.is_some(),
        "the SDK gives both"
    );
    assert_eq!((envelope.schemaversion, envelope.correlation_id()), (2, "c-1"));
    assert_eq!(envelope.actor.id.as_deref(), Some("usr-1"));
    assert_eq!(
        envelope.extensions["partitionkey"],
        Extension::String("p-1".into())
    );
    assert_eq!(envelope.extensions["sampled"], Extension::Boolean(true));
    assert!(
        envelope
            .key()
            .starts_with("https://shop.example.com/checkout%23eu#")
    );
    Ok(())
}

#[test]
fn the_smallest_event_of_the_python_sdk_is_read_here() -> anyhow::Result<()> {
    let asked = json!({ "attributes": { "type": "t", "source": "/s" }, "data": null });
    let envelope = Envelope::parse(&cloudevents_sdk("make", &asked.to_string())?)?;
    assert_eq!(
        (
            envelope.event_type.as_str(),
            envelope.source.as_str(),
            envelope.data()
        ),
        ("t", "/s", "null")
    );
    Ok(())
}

/// What is required is refused here as well. Where only an optional attribute is irregular, the event is read without it (docs/guarantees.md, "What others
/// send"): a consumer cannot mend its producers.
#[test]
fn what_the_python_sdk_refuses_is_refused_here_where_it_is_required() -> anyhow::Result<()> {
    let [placed, _] = made_here()?;
    let faults = [
        (r#""type":"order.placed","#, "", true),
        (r#""source":"/orders""#, r#""source":"""#, true),
        (r#""specversion":"1.0""#, r#""specversion":"2.0""#, true),
        (r#""hops":0"#, r#""Hops":0"#, false),
        (r#""time":""#, r#""time":"yesterday "#, false),
    ];
    for (right, wrong, required) in faults {
        let text = placed.to_json().replace(right, wrong);
        assert_ne!(text, placed.to_json(), "the fault is there");
        assert!(cloudevents_sdk("read", &text).is_err(), "the SDK takes {text}");
        match Envelope::parse(&text) {
            Err(_) => assert!(required, "{text} is refused here"),
            Ok(read) => {
                assert!(!required, "{text} is taken here");
                assert_eq!(read.irregularities().len(), 1, "it is told of: {text}");
            }
        }
    }
    Ok(())
}
