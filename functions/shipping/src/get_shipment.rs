//! `get-shipment`: who brings an order, and by which name the carrier knows it, for whoever ordered.

use http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;
use storefront_contracts::{ORDER_SECRET, OrderCaller, ShipmentCreated};
use tidings_aws::{
    EndpointFunction,
    http::{Answer, Problem, Request, Serve},
};
use tidings_core::catalogue::{Access, Endpoint, Header, Resource};

use crate::shipments::{SHIPMENTS, Shipments};

/// The query.
pub struct GetShipment {
    /// Where shipments are.
    pub shipments: Shipments,
}

impl Endpoint for GetShipment {
    const NAME: &'static str = "get-shipment";
    const SERVICE: &'static str = crate::SERVICE;
    const SUMMARY: &'static str =
        "Who brings an order, and by which name the carrier knows it; for whoever ordered.";
    const METHOD: &'static str = "GET";
    const PATH: &'static str = "/orders/{id}/shipment";
    const HEADERS: &'static [Header] = &[ORDER_SECRET];
    const USES: &'static [Resource] = &[Resource::Table(&SHIPMENTS, Access::Read)];
    type Body = ();
    type Query = ();
    type Answer = Shipment;
}

/// The Lambda function `get-shipment`.
#[must_use]
pub fn function() -> EndpointFunction<GetShipment> {
    EndpointFunction::new(async |setting| {
        Ok(GetShipment {
            shipments: Shipments::of(setting)?,
        })
    })
}

/// What is answered.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Shipment {
    shipment_id: String,
    order_id: String,
    user_id: String,
    /// Who carries it; null where the customer collects it.
    carrier: Option<String>,
    /// The carrier's name for it.
    tracking: Option<String>,
    /// What is in it.
    items: Vec<Article>,
}

/// An article of a shipment.
#[derive(Debug, Serialize, JsonSchema)]
struct Article {
    sku: String,
    /// How many of it.
    quantity: u64,
}

impl Serve for GetShipment {
    async fn serve(&self, request: &Request<Self>) -> Result<Answer<Self>, Problem> {
        let order_id = request.path_parameter("id")?;
        let shipment = self.shipments.of_order(&order_id).await?;
        let missing = || Problem::not_found("there is no shipment of this order, or it is not there yet");
        let shipment = shipment.ok_or_else(missing)?;
        let caller = OrderCaller::new(request.actor().id, request.header(ORDER_SECRET.name));
        if !caller.owns(&shipment.order_id, &shipment.user_id) {
            return Err(Problem::new(
                StatusCode::FORBIDDEN,
                "the order is somebody else's; a guest shows the order's secret, in the header order-secret",
            ));
        }
        Ok(Answer::new(&Shipment::of(shipment)))
    }
}

impl Shipment {
    fn of(created: ShipmentCreated) -> Self {
        let items = created.items.into_iter().map(|item| Article {
            sku: item.sku,
            quantity: item.quantity,
        });
        Self {
            shipment_id: created.shipment_id,
            order_id: created.order_id,
            user_id: created.user_id,
            carrier: created.carrier,
            tracking: created.tracking,
            items: items.collect(),
        }
    }
}
