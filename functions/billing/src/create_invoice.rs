//! `create-invoice`: bills an order and emits `invoice.created`.
//!
//! Transactional: invoice, event and idempotency record commit together, so an order is billed once. The rate of the tax is the one that is set now:
//! from here on the invoice says it, and no setting does.

use serde_json::json;
use storefront_contracts::{InvoiceCreated, OrderPlaced};
use tidings_aws::ConsumerFunction;
use tidings_core::{
    Condition, Consumer, Context, Effects, Event, EventType, Failure, Transactional,
    catalogue::{Access, Resource, Table},
    consumer::guarantee,
    effects::Otherwise,
};

use crate::tax::{NoRate, TaxRate};

/// The invoices, by id.
pub const INVOICES: Table = Table::new("invoices", crate::SERVICE, "id");

/// The consumer.
#[derive(Debug, Clone)]
pub struct CreateInvoice {
    /// The tax that prices include. Where the configuration names one that is none, orders wait to be billed until it does not.
    pub tax: Result<TaxRate, NoRate>,
}

impl Consumer for CreateInvoice {
    const NAME: &'static str = "create-invoice";
    const SERVICE: &'static str = crate::SERVICE;
    const USES: &'static [Resource] = &[
        Resource::Table(&INVOICES, Access::Write),
        Resource::Parameter(TaxRate::PARAMETER),
    ];
    const PUBLISHES: &'static [EventType] = &[InvoiceCreated::EVENT_TYPE];
    type Event = OrderPlaced;
    type Guarantee = guarantee::Transactional;
}

/// The Lambda function `create-invoice`.
#[must_use]
pub fn function() -> ConsumerFunction<CreateInvoice> {
    ConsumerFunction::new(async |_| {
        Ok(CreateInvoice {
            tax: TaxRate::from_environment(),
        })
    })
}

impl Transactional for CreateInvoice {
    fn decide(&self, order: OrderPlaced, context: &Context) -> Result<Effects, Failure> {
        let tax_rate = self.tax.clone()?.basis_points();
        // One invoice an order, whichever event asks for it.
        let invoice_id = format!("inv-{}", order.order_id);
        let invoice = json!({
            "id": invoice_id,
            "orderId": order.order_id,
            "userId": order.user_id,
            "total": order.total,
            "items": order.items,
            "taxRate": tax_rate,
            "created": context.now,
        });
        let created = InvoiceCreated {
            invoice_id,
            order_id: order.order_id,
            user_id: order.user_id,
            total: order.total,
            items: order.items,
            tax_rate: Some(tax_rate),
        };
        let once = Condition::Absent(INVOICES.partition_key);
        Ok(Effects::none()
            .put_if(&INVOICES, &invoice, once, Otherwise::Superseded)?
            .emit(&created, 1)?)
    }
}

#[cfg(test)]
mod tests {
    use storefront_contracts::{Currency, Item, Money};
    use tidings_testkit::{Bench, Ended, given};

    use super::*;

    const TOTAL: Money = Money {
        amount: 500,
        currency: Currency::EUR,
    };

    fn order() -> OrderPlaced {
        let tea = Item {
            sku: "tea".into(),
            name: "Tea".into(),
            quantity: 1,
            unit_price: TOTAL,
        };
        OrderPlaced {
            order_id: "o-1".into(),
            user_id: "u-1".into(),
            email: "ada@example.com".into(),
            total: TOTAL,
            items: vec![tea],
        }
    }

    /// Bills at the rate that is set so.
    fn at(rate: &str) -> CreateInvoice {
        CreateInvoice {
            tax: TaxRate::parse(rate),
        }
    }

    #[test]
    fn an_order_waits_to_be_billed_for_a_rate_of_tax() {
        let failed = given(&order()).by(&at("20%"));
        let failure = failed.failure().unwrap();
        assert_eq!(failure.class(), "NoRate");
        assert!(matches!(failure, Failure::Transient { .. }), "{failure:?}");
    }

    #[test]
    fn an_order_is_billed_with_its_lines_and_total_and_without_the_address() {
        let invoice = json!({
            "id": "inv-o-1",
            "orderId": "o-1",
            "userId": "u-1",
            "total": { "amount": 500, "currency": "EUR" },
            "items": order().items,
            "taxRate": 1900,
            "created": "2026-01-15T10:00:00Z",
        });
        let created = InvoiceCreated {
            invoice_id: "inv-o-1".into(),
            order_id: "o-1".into(),
            user_id: "u-1".into(),
            total: TOTAL,
            items: order().items,
            tax_rate: Some(1900),
        };
        given(&order())
            .handled_at("2026-01-15T10:00:00Z")
            .by(&at("1900"))
            .puts_if(
                &INVOICES,
                &invoice,
                Condition::Absent("id"),
                Otherwise::Superseded,
            )
            .emits(&created, 1)
            .does_nothing_else();
    }

    #[tokio::test]
    async fn an_order_is_billed_once_whichever_event_asks_for_it() {
        let bench = Bench::open().await;
        let worker = bench.worker(at("1900")).await;
        let placed = given(&order());
        let batch = [placed.clone(), placed.clone(), placed.id("another event")];
        assert_eq!(
            worker.deliver(batch).await,
            [Ended::Done, Ended::Duplicate, Ended::Done]
        );
        assert_eq!(bench.rows(&INVOICES).await.len(), 1);
        assert_eq!(bench.emitted::<InvoiceCreated>().await.len(), 1);
    }

    #[tokio::test]
    async fn an_order_that_is_as_large_as_the_shop_takes_is_billed() {
        let mut order = order();
        // 500 lines, and 250,000 bytes of articles and names.
        order.items = (0..500)
            .map(|_| Item {
                sku: "x".repeat(100),
                name: "ж".repeat(200),
                quantity: u32::MAX,
                unit_price: Money {
                    amount: i64::from(u32::MAX),
                    currency: Currency::EUR,
                },
            })
            .collect();
        let bench = Bench::open().await;
        let worker = bench.worker(at("1900")).await;
        assert_eq!(worker.deliver([given(&order)]).await, [Ended::Done]);
        assert_eq!(bench.rows(&INVOICES).await.len(), 1);
    }
}
