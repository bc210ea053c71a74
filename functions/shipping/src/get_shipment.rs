//! `get-shipment`: who brings an order, and by which name the carrier knows it.

use serde_json::json;
use tidings_aws::http::{Answer, Problem, Request, Serve};
use tidings_core::catalogue::{Access, Endpoint, Resource};

use crate::shipments::{SHIPMENTS, Shipments};

/// The query.
pub struct GetShipment {
    /// Where shipments are.
    pub shipments: Shipments,
}

impl Endpoint for GetShipment {
    const NAME: &'static str = "get-shipment";
    const SERVICE: &'static str = crate::SERVICE;
    const METHOD: &'static str = "GET";
    const PATH: &'static str = "/orders/{id}/shipment";
    const USES: &'static [Resource] = &[Resource::Table(&SHIPMENTS, Access::Read)];
}

impl Serve for GetShipment {
    async fn serve(&self, request: &Request) -> Result<Answer, Problem> {
        let order_id = request.path_parameter("id")?;
        let shipment = self.shipments.of_order(&order_id).await?;
        let missing = || Problem::not_found("there is no shipment of this order, or it is not there yet");
        Ok(Answer::ok(json!(shipment.ok_or_else(missing)?)))
    }
}
