//! `change-order-status`: an order came further.

use serde::Deserialize;
use storefront_contracts::{OrderStatus, OrderStatusChanged};
use tidings_aws::{
    event_store::EventStore,
    http::{Answer, FieldError, Problem, Request, Serve},
};
use tidings_core::{
    Event as _, EventType,
    catalogue::{Access, EVENTS, Endpoint, Resource},
};

use crate::{command::decided, order::OrderCommand};

/// The publisher. To ask for the status that the order has already changes nothing, and is answered like the first time.
pub struct ChangeOrderStatus {
    /// Where orders are kept, as their events.
    pub events: EventStore,
}

impl Endpoint for ChangeOrderStatus {
    const NAME: &'static str = "change-order-status";
    const SERVICE: &'static str = crate::SERVICE;
    const METHOD: &'static str = "PUT";
    const PATH: &'static str = "/orders/{id}/status";
    const USES: &'static [Resource] = &[Resource::Table(&EVENTS, Access::ReadWrite)];

    fn publishes() -> Vec<EventType> {
        vec![OrderStatusChanged::event_type()]
    }
}

/// The body of a request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Change {
    status: OrderStatus,
}

impl Serve for ChangeOrderStatus {
    async fn serve(&self, request: &Request) -> Result<Answer, Problem> {
        let id = request.path_parameter("id")?;
        let Change { status } = request.json()?;
        if status == OrderStatus::Cancelled {
            let detail = "cannot be set to cancelled: an order is called off, with a reason, at /orders/{id}/cancellation";
            return Err(Problem::fields(vec![FieldError::new("/status", detail)]));
        }
        decided(&self.events, request, &id, &OrderCommand::ChangeStatus(status)).await
    }
}
