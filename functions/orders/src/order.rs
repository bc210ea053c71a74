//! The order: what may be asked of one, and what is true of it.

use http::StatusCode;
use storefront_contracts::OrderPlaced;
use tidings_aws::http::Problem;
use tidings_core::{Aggregate, events};

events! {
    /// What happens to an order.
    pub enum OrderEvent { OrderPlaced }
}

/// An order, as its events make it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Order {
    /// Whether it has been placed.
    placed: bool,
}

/// What can be asked of an order.
#[derive(Debug, Clone)]
pub enum OrderCommand {
    /// Places it: everything that it is about.
    Place(OrderPlaced),
}

/// Why an order refuses a command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrderRefusal {
    /// There is an order of this id.
    #[error("the order has been placed before")]
    AlreadyPlaced,
}

impl Aggregate for Order {
    const TYPE: &'static str = "order";
    type Event = OrderEvent;
    type Command = OrderCommand;
    type Refusal = OrderRefusal;

    fn decide(&self, command: &OrderCommand) -> Result<Vec<OrderEvent>, OrderRefusal> {
        match command {
            OrderCommand::Place(_) if self.placed => Err(OrderRefusal::AlreadyPlaced),
            OrderCommand::Place(order) => Ok(vec![order.clone().into()]),
        }
    }

    fn evolve(self, event: OrderEvent) -> Self {
        match event {
            OrderEvent::OrderPlaced(_) => Self { placed: true },
        }
    }
}

impl From<OrderRefusal> for Problem {
    fn from(refusal: OrderRefusal) -> Self {
        Self::new(StatusCode::CONFLICT, refusal.to_string())
    }
}
