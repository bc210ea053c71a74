//! `change-order-status`: an order came further.
//!
//! For the shop's staff: how far an order is does not depend on who ordered it, so nobody is asked whose it is. Who may call the function is
//! a permission of its own.

use schemars::JsonSchema;
use serde::Deserialize;
use storefront_contracts::{OrderStatus, OrderStatusChanged};
use tidings_aws::{
    EndpointFunction,
    event_store::EventStore,
    http::{Answer, Problem, Request, Serve},
};
use tidings_core::{
    Event as _, EventType,
    catalogue::{Access, Callers, EVENTS, Endpoint, Link, Resource},
};

use crate::{answers::OrderChanged, command::decided, order::OrderCommand};

/// The publisher. To ask for the status that the order has already changes nothing, and is answered like the first time.
pub struct ChangeOrderStatus {
    /// Where orders are kept, as their events.
    pub events: EventStore,
}

impl Endpoint for ChangeOrderStatus {
    const NAME: &'static str = "change-order-status";
    const SERVICE: &'static str = crate::SERVICE;
    const SUMMARY: &'static str = "An order came further; for the shop's staff.";
    const CALLERS: Callers = Callers::Staff;
    const METHOD: &'static str = "PUT";
    const PATH: &'static str = "/orders/{id}/status";
    const LINKS: &'static [Link] = &[
        Link::to(
            "get-order",
            &[
                ("id", "$response.body#/orderId"),
                ("after", "$response.body#/token"),
            ],
        ),
        Link::to(
            "get-order-summary",
            &[
                ("id", "$response.body#/orderId"),
                ("after", "$response.body#/token"),
            ],
        ),
        Link::to("cancel-order", &[("id", "$response.body#/orderId")]),
        Link::to("get-shipment", &[("id", "$response.body#/orderId")]),
    ];
    const USES: &'static [Resource] = &[Resource::Table(&EVENTS, Access::ReadAppend)];
    const PUBLISHES: &'static [EventType] = &[OrderStatusChanged::EVENT_TYPE];
    type Body = Change;
    type Query = ();
    type Answer = OrderChanged;
}

/// The Lambda function `change-order-status`.
#[must_use]
pub fn function() -> EndpointFunction<ChangeOrderStatus> {
    EndpointFunction::new(async |setting| {
        Ok(ChangeOrderStatus {
            events: setting.events()?,
        })
    })
}

/// The body of a request.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Change {
    /// How far it is now.
    status: Reached,
}

/// How far an order can be said to have come. To be called off, it is cancelled, with a reason: `POST /orders/{id}/cancellation`.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Reached {
    /// The shop took it.
    Placed,
    /// It is paid for.
    Paid,
    /// It left the warehouse.
    Shipped,
    /// It is with the customer.
    Delivered,
}

impl From<Reached> for OrderStatus {
    fn from(reached: Reached) -> Self {
        match reached {
            Reached::Placed => Self::Placed,
            Reached::Paid => Self::Paid,
            Reached::Shipped => Self::Shipped,
            Reached::Delivered => Self::Delivered,
        }
    }
}

impl Serve for ChangeOrderStatus {
    async fn serve(&self, request: &Request<Self>) -> Result<Answer<Self>, Problem> {
        let id = request.path_parameter("id")?;
        let Change { status } = request.json()?;
        let change = OrderCommand::ChangeStatus(status.into());
        let changed = decided(&self.events, request, &id, &change).await?;
        Ok(Answer::new(&changed))
    }
}
