//! `get-order`: an order with its lines, out of the read model, for whoever placed it.

use schemars::JsonSchema;
use serde::Deserialize;
use storefront_contracts::{Item, ORDER_SECRET};
use tidings_aws::{
    EndpointFunction,
    http::{Answer, FieldError, Problem, Request, Serve},
    projection::{Consistency, ReadToken, Views},
};
use tidings_core::{
    catalogue::{Access, Endpoint, Header, Resource},
    projection::Projected,
};

use crate::{
    answers::{OrderShown, SummaryShown},
    guest::who_asks,
    order::{Order, only_their_own},
    order_view::{ORDER_VIEWS, OrderViews},
};

/// The query.
pub struct GetOrder {
    /// The read model.
    pub views: Views<OrderViews>,
}

impl Endpoint for GetOrder {
    const NAME: &'static str = "get-order";
    const SERVICE: &'static str = crate::SERVICE;
    const SUMMARY: &'static str = "An order with its lines, for whoever placed it.";
    const METHOD: &'static str = "GET";
    const PATH: &'static str = "/orders/{id}";
    const HEADERS: &'static [Header] = &[ORDER_SECRET];
    const USES: &'static [Resource] = &[Resource::Table(&ORDER_VIEWS, Access::Read)];
    type Body = ();
    type Query = Parameters;
    type Answer = OrderShown;
}

/// The Lambda function `get-order`.
#[must_use]
pub fn function() -> EndpointFunction<GetOrder> {
    EndpointFunction::new(async |setting| {
        Ok(GetOrder {
            views: setting.views()?,
        })
    })
}

impl Serve for GetOrder {
    async fn serve(&self, request: &Request<Self>) -> Result<Answer<Self>, Problem> {
        let (order, items) = shown(&self.views, request).await?;
        Ok(Answer::new(&OrderShown { order, items }))
    }
}

/// The parameters of a read of one order.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Parameters {
    /// The token of a command: the answer shows what that command did.
    after: Option<ReadToken>,
}

/// The order that the request is about, in short, and its lines, as far as the read model has come; with a token, at least as far as that says.
/// Somebody else's is not shown.
pub(crate) async fn shown<E: Endpoint<Query = Parameters>>(
    views: &Views<OrderViews>,
    request: &Request<E>,
) -> Result<(SummaryShown, Vec<Item>), Problem> {
    let id = request.path_parameter("id")?;
    let Parameters { after } = request.query()?;
    // Read first, so that a stranger neither waits for a version nor is told of one.
    let mut projected = views.get(&id, Consistency::Eventual).await?;
    if let Some(view) = &projected.view {
        only_their_own(&view.summary.order_id, &view.summary.user_id, &who_asks(request))?;
    }
    match after {
        None => {}
        Some(token) if token.id_of::<Order>() == Some(&id) => {
            projected = views.reached(&id, token.version()).await?;
        }
        Some(_) => {
            let error = FieldError::parameter("after", "is no token of this order");
            return Err(Problem::not_found("a command on this order answers its token").naming(vec![error]));
        }
    }
    let Projected { view, version } = projected;
    // The path is the caller's own text; it is not repeated.
    let view = view.ok_or_else(|| Problem::not_found("there is no such order, or it is not shown yet"))?;
    let summary = view.summary;
    only_their_own(&summary.order_id, &summary.user_id, &who_asks(request))?;
    Ok((SummaryShown { summary, version }, view.lines))
}
