//! `get-order-summary`: an order without its lines, for whoever placed it.

use storefront_contracts::ORDER_SECRET;
use tidings_aws::{
    EndpointFunction,
    http::{Answer, Problem, Request, Serve},
    projection::Views,
};
use tidings_core::catalogue::{Access, Endpoint, Header, Resource};

use crate::{
    answers::SummaryShown,
    get_order::{Parameters, shown},
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
    const SUMMARY: &'static str = "An order without its lines, for whoever placed it.";
    const METHOD: &'static str = "GET";
    const PATH: &'static str = "/orders/{id}/summary";
    const HEADERS: &'static [Header] = &[ORDER_SECRET];
    const USES: &'static [Resource] = &[Resource::Table(&ORDER_VIEWS, Access::Read)];
    type Body = ();
    type Query = Parameters;
    type Answer = SummaryShown;
}

/// The Lambda function `get-order-summary`.
#[must_use]
pub fn function() -> EndpointFunction<GetOrderSummary> {
    EndpointFunction::new(async |setting| {
        Ok(GetOrderSummary {
            views: setting.views()?,
        })
    })
}

impl Serve for GetOrderSummary {
    async fn serve(&self, request: &Request<Self>) -> Result<Answer<Self>, Problem> {
        let (summary, _) = shown(&self.views, request).await?;
        Ok(Answer::new(&summary))
    }
}
