//! `create-invoice`: bills an order and emits `invoice.created`.
//!
//! Transactional: invoice, event and idempotency record commit together, so an order is billed once.

use serde_json::json;
use storefront_contracts::{InvoiceCreated, OrderPlaced};
use tidings_core::{
    Condition, Consumer, Context, Effects, Event, EventType, Failure, Transactional,
    catalogue::{Access, Resource, Table},
    consumer::guarantee,
    effects::Otherwise,
};

/// The invoices, by id.
pub const INVOICES: Table = Table {
    name: "invoices",
    service: crate::SERVICE,
    partition_key: "id",
    sort_key: None,
    expiry: None,
    stream: false,
};

/// The consumer.
#[derive(Debug, Clone, Copy, Default)]
pub struct CreateInvoice;

impl Consumer for CreateInvoice {
    const NAME: &'static str = "create-invoice";
    const SERVICE: &'static str = crate::SERVICE;
    const USES: &'static [Resource] = &[Resource::Table(&INVOICES, Access::Write)];
    type Event = OrderPlaced;
    type Guarantee = guarantee::Transactional;

    fn publishes() -> Vec<EventType> {
        vec![InvoiceCreated::event_type()]
    }
}

impl Transactional for CreateInvoice {
    fn decide(&self, order: OrderPlaced, context: &Context) -> Result<Effects, Failure> {
        // One invoice an order, whichever event asks for it.
        let invoice_id = format!("inv-{}", order.order_id);
        let invoice = json!({
            "id": invoice_id,
            "orderId": order.order_id,
            "userId": order.user_id,
            "total": order.total,
            "items": order.items,
            "created": context.now,
        });
        let created = InvoiceCreated {
            invoice_id,
            order_id: order.order_id,
            user_id: order.user_id,
            total: order.total,
            items: order.items,
        };
        let once = Condition::Absent(INVOICES.partition_key);
        Ok(Effects::none()
            .put_if(&INVOICES, &invoice, once, Otherwise::Superseded)?
            .emit(&created, 1)?)
    }
}

#[cfg(test)]
mod tests {
    use storefront_contracts::{Currency, Money};
    use tidings_core::{Envelope, effects::Action};

    use super::*;

    #[test]
    fn an_order_is_billed_with_its_lines_and_total() {
        let order = OrderPlaced {
            order_id: "o-1".into(),
            user_id: "u-1".into(),
            email: "ada@example.com".into(),
            total: Money {
                amount: 500,
                currency: Currency::EUR,
            },
            items: Vec::new(),
        };
        let envelope = r#"{"specversion":"1.0","id":"1","source":"/orders","type":"order.placed"}"#;
        let context = Context {
            envelope: Envelope::parse(envelope).unwrap(),
            consumer: CreateInvoice::NAME,
            attempt: 1,
            now: "2026-01-15T10:00:00Z".parse().unwrap(),
        };
        let effects = CreateInvoice.decide(order, &context).unwrap();
        let [write] = effects.writes.as_slice() else {
            panic!("one write")
        };
        let Action::Put(invoice) = &write.action else {
            panic!("a put")
        };
        assert_eq!((write.table, &invoice["id"]), ("invoices", &json!("inv-o-1")));
        assert_eq!(invoice["total"], json!({ "amount": 500, "currency": "EUR" }));
        assert!(!invoice.contains_key("email"), "an invoice needs no address");
        assert_eq!(effects.events[0].aggregate_id(), "inv-o-1");
    }
}
