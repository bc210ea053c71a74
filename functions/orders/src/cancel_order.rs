//! `cancel-order`: an order is called off, by who placed it.

use schemars::JsonSchema;
use serde::Deserialize;
use storefront_contracts::{ORDER_SECRET, OrderCancelled};
use tidings_aws::{
    EndpointFunction,
    event_store::EventStore,
    http::{Answer, FieldError, NOT_BLANK, Problem, Request, Serve},
};
use tidings_core::{
    Event as _, EventType,
    catalogue::{Access, EVENTS, Endpoint, Header, Link, Resource},
};

use crate::{answers::OrderChanged, command::decided, guest::who_asks, order::OrderCommand};

/// The publisher. An order that has been called off stays so, for the reason that was given first.
pub struct CancelOrder {
    /// Where orders are kept, as their events.
    pub events: EventStore,
}

impl Endpoint for CancelOrder {
    const NAME: &'static str = "cancel-order";
    const SERVICE: &'static str = crate::SERVICE;
    const SUMMARY: &'static str = "Calls an order off, for whoever placed it.";
    const METHOD: &'static str = "POST";
    const PATH: &'static str = "/orders/{id}/cancellation";
    const HEADERS: &'static [Header] = &[ORDER_SECRET];
    const LINKS: &'static [Link] = &[Link::to(
        "get-order",
        &[
            ("id", "$response.body#/orderId"),
            ("after", "$response.body#/token"),
        ],
    )];
    const USES: &'static [Resource] = &[
        Resource::Table(&EVENTS, Access::ReadAppend),
        Resource::Personal(Access::ReadWrite),
    ];
    const PUBLISHES: &'static [EventType] = &[OrderCancelled::EVENT_TYPE];
    type Body = Cancellation;
    type Query = ();
    type Answer = OrderChanged;
}

/// The Lambda function `cancel-order`.
#[must_use]
pub fn function() -> EndpointFunction<CancelOrder> {
    EndpointFunction::new(async |setting| {
        Ok(CancelOrder {
            events: setting.events()?,
        })
    })
}

/// The body of a request.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Cancellation {
    /// Why, in the words of whoever calls it off.
    #[schemars(length(min = 1, max = LONGEST_REASON), regex(pattern = NOT_BLANK), example = &"ordered twice")]
    reason: String,
}

/// Characters of a reason, at most.
const LONGEST_REASON: usize = 500;

impl Serve for CancelOrder {
    async fn serve(&self, request: &Request<Self>) -> Result<Answer<Self>, Problem> {
        let id = request.path_parameter("id")?;
        let Cancellation { reason } = request.json()?;
        if reason.trim().is_empty() || reason.chars().count() > LONGEST_REASON {
            let detail = format!("must be a text of 1 to {LONGEST_REASON} characters");
            return Err(Problem::fields(vec![FieldError::new("/reason", detail)]));
        }
        let cancel = OrderCommand::Cancel {
            reason: reason.into(),
            by: who_asks(request),
        };
        let changed = decided(&self.events, request, &id, &cancel).await?;
        Ok(Answer::new(&changed))
    }
}
