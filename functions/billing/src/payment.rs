//! The payment of an order: the charge, by which the money can be given back.

use storefront_contracts::PaymentProcessed;
use tidings_core::Aggregate;

/// How the payment of an order is called by whoever takes it (`place-order`).
#[must_use]
pub fn payment_of(order_id: &str) -> String {
    format!("pay-{order_id}")
}

/// A payment, as its event makes it. The default is one that nobody has made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Payment {
    /// The payment provider's name for the charge.
    pub charge_id: Option<String>,
}

/// Payments are made elsewhere: nothing is asked of one here.
#[derive(Debug, thiserror::Error)]
pub enum Never {}

impl Aggregate for Payment {
    const TYPE: &'static str = "payment";
    type Event = PaymentProcessed;
    type Command = Never;
    type Refusal = Never;

    fn decide(&self, command: &Never) -> Result<Vec<PaymentProcessed>, Never> {
        match *command {}
    }

    fn evolve(self, event: PaymentProcessed) -> Self {
        Self {
            charge_id: Some(event.charge_id),
        }
    }
}
