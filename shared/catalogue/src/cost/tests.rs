use pretty_assertions::assert_eq;

use super::*;
use crate::{Document, document::EventVersion, fixture::small};

fn prices() -> Prices {
    Prices::read(include_str!("../../../../docs/prices.json")).expect("prices")
}

fn cost(document: &Document, name: &str, assumptions: &Assumptions) -> Cost {
    let thing = document.find(name).expect("a thing")[0];
    document
        .cost(&thing, assumptions, &prices())
        .expect("it has a cost")
}

/// Write units of a step for each one, by the beginning of its name.
fn writes(cost: &Cost, step: &str) -> f64 {
    let found = cost.steps.iter().find(|one| one.name.starts_with(step));
    found.expect("the step").priced.units.write_units / MILLION
}

#[test]
fn an_event_costs_what_the_guarantees_say() {
    let cost = cost(&small(), "order.placed", &Assumptions::default());
    let names: Vec<_> = cost
        .steps
        .iter()
        .map(|step| (step.depth, step.name.as_str()))
        .collect();
    assert_eq!(
        names,
        [
            (0, "event order.placed"),
            (1, "create-invoice (transactional)"),
            (2, "event invoice.created"),
            (3, "mail-invoice (leased)"),
            (3, "record-audit-log (natural)"),
            (1, "watch-orders (natural)"),
            (1, "record-audit-log (natural)"),
        ]
    );
    // 2 + 1 for the entry, 1 + 1 when it is marked.
    assert_eq!(writes(&cost, "event order.placed"), 5.0);
    // 2 for the record, 2 for the invoice; what it states is counted with the event.
    assert_eq!(writes(&cost, "create-invoice"), 4.0);
    // A claim and a completion, and nothing to write.
    assert_eq!(writes(&cost, "mail-invoice"), 2.0);
    // No record; an item of the log.
    assert_eq!(writes(&cost, "record-audit-log"), 1.0);
    let total = cost.total.units;
    assert_eq!(total.sns_publishes / MILLION, 2.0);
    // 5 deliveries, each sent, received and deleted.
    assert_eq!(total.sqs_requests / MILLION, 15.0);
    // 5 consumers, and the relay for each of two events.
    assert_eq!(total.lambda_calls / MILLION, 7.0);
    assert_eq!(
        total.write_units / MILLION,
        5.0 + 4.0 + 5.0 + 2.0 + 1.0 + 0.0 + 1.0
    );
}

#[test]
fn money_is_the_sum_of_units_times_prices() {
    let cost = cost(&small(), "order.placed", &Assumptions::default());
    let gb_seconds = 7.0 * 0.25 * 0.05 * MILLION;
    let price =
        7.0 * 0.20 + gb_seconds * 0.000_013_333_4 + 18.0 * 0.625 + 2.0 * 0.125 + 2.0 * 0.5 + 15.0 * 0.4;
    assert!(
        (cost.total.price - price).abs() < 1e-6,
        "{} {price}",
        cost.total.price
    );
    let steps: f64 = cost.steps.iter().map(|step| step.priced.price).sum();
    assert!((steps - price).abs() < 1e-6);
}

#[test]
fn a_leased_consumer_that_writes_costs_more() {
    let mut document = small();
    let mut with = |change: fn(&mut crate::document::Consumer)| {
        change(&mut document.consumers[1]);
        writes(
            &cost(&document, "mail-invoice", &Assumptions::default()),
            "mail-invoice",
        )
    };
    // 1 + 2 for the record where something is stated, and 2 for each item.
    let stated = |one: &mut crate::document::Consumer| {
        one.publishes.push(EventVersion {
            name: "mail.sent".to_owned(),
            version: 1,
        });
    };
    assert_eq!(with(stated), 3.0);
    let item = |one: &mut crate::document::Consumer| {
        let (table, access) = ("letters".to_owned(), crate::document::Access::Write);
        one.uses.push(crate::document::Use::Table { table, access });
    };
    assert_eq!(with(item), 5.0);
}

#[test]
fn batches_and_sizes_count() {
    let batched = Assumptions {
        batch: 10.0,
        relay_batch: 10.0,
        ..Assumptions::default()
    };
    let total = cost(&small(), "order.placed", &batched).total.units;
    assert!((total.lambda_calls / MILLION - 0.7).abs() < 1e-9);
    // Sent one by one, received and deleted ten at a time.
    assert!((total.sqs_requests / MILLION - 6.0).abs() < 1e-9);
    let large = Assumptions {
        payload_kb: 70.0,
        ..Assumptions::default()
    };
    let cost = cost(&small(), "order.placed", &large);
    assert_eq!(writes(&cost, "event order.placed"), 2.0 * 70.0 + 1.0 + 70.0 + 1.0);
    assert_eq!(cost.steps[0].priced.units.sns_publishes / MILLION, 2.0);
}

#[test]
fn an_endpoint_costs_its_call_and_what_it_states() {
    let document = small();
    let whole = cost(&document, "place-order", &Assumptions::default());
    let event = cost(&document, "order.placed", &Assumptions::default());
    let request = whole.steps[0].priced.price;
    assert!((whole.total.price - request - event.total.price).abs() < 1e-6);
    let never = Assumptions {
        share: [("order.placed".to_owned(), 0.0)].into(),
        ..Assumptions::default()
    };
    assert_eq!(cost(&document, "place-order", &never).steps.len(), 1);
    let half = Assumptions {
        share: [("order.placed".to_owned(), 0.5)].into(),
        ..Assumptions::default()
    };
    let half = cost(&document, "place-order", &half);
    assert!((half.total.price - request - event.total.price / 2.0).abs() < 1e-6);
}

#[test]
fn a_command_is_sent_handled_and_answered_on_fifo_and_reply_queues() {
    let asked = cost(&small(), "get-invoice", &Assumptions::default());
    let names: Vec<_> = asked.steps.iter().map(|step| step.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "get-invoice (a request)",
            "command quote",
            "handle-quote (transactional)"
        ]
    );
    let total = asked.total.units;
    assert_eq!(total.sqs_fifo_requests / MILLION, 3.0);
    // The answer: sent, received, deleted.
    assert_eq!(total.sqs_requests / MILLION, 3.0);
    assert_eq!(writes(&asked, "handle-quote"), 2.0);
}

#[test]
fn a_circle_is_counted_once_and_said() {
    let mut document = small();
    document.consumers[1].publishes.push(EventVersion {
        name: "order.placed".to_owned(),
        version: 2,
    });
    let cost = cost(&document, "order.placed", &Assumptions::default());
    assert_eq!(cost.cut.len(), 1);
    assert!(
        cost.to_string().contains("left out: order.placed causes itself"),
        "{cost}"
    );
}

#[test]
fn a_table_has_no_cost_of_its_own_and_a_price_that_is_missing_is_named() {
    let document = small();
    let table = document.find("table:invoices").expect("a table")[0];
    assert!(
        document
            .cost(&table, &Assumptions::default(), &prices())
            .is_none()
    );
    let error = Prices::read(r#"{"region": "x", "currency": "y", "lambda": {"gbSecond": 1}}"#).unwrap_err();
    assert!(error.to_string().contains("millionRequests"), "{error}");
}
