//! `get-order-summary`: an order without its lines.

use tidings_aws::{
    http::{Answer, Problem, Request, Serve},
    projection::Views,
};
use tidings_core::catalogue::{Access, Endpoint, Resource};

use crate::{
    get_order::{shown, summary},
    order_view::{ORDER_VIEWS, OrderViews},
};

/// The query.
pub struct GetOrderSummary {
    /// The read model.
    pub views: Views<OrderViews>,
}

impl Endpoint for GetOrderSummary {
    const NAME: &'static str = "get-order-summary";
    const SERVICE: &'static str = crate::SERVICE;
    const METHOD: &'static str = "GET";
    const PATH: &'static str = "/orders/{id}/summary";
    const USES: &'static [Resource] = &[Resource::Table(&ORDER_VIEWS, Access::Read)];
}

impl Serve for GetOrderSummary {
    async fn serve(&self, request: &Request) -> Result<Answer, Problem> {
        Ok(Answer::ok(summary(&shown(&self.views, request).await?)))
    }
}
