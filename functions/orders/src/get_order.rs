//! `get-order`: an order with its lines, out of the read model.

use serde::Deserialize;
use serde_json::{Value, json};
use tidings_aws::{
    http::{Answer, FieldError, Problem, Request, Serve},
    projection::{Consistency, ReadToken, Views},
};
use tidings_core::{
    catalogue::{Access, Endpoint, Resource},
    projection::Projected,
};

use crate::{
    order::Order,
    order_view::{ORDER_VIEWS, OrderView, OrderViews},
};

/// The query.
pub struct GetOrder {
    /// The read model.
    pub views: Views<OrderViews>,
}

impl Endpoint for GetOrder {
    const NAME: &'static str = "get-order";
    const SERVICE: &'static str = crate::SERVICE;
    const METHOD: &'static str = "GET";
    const PATH: &'static str = "/orders/{id}";
    const USES: &'static [Resource] = &[Resource::Table(&ORDER_VIEWS, Access::Read)];
}

impl Serve for GetOrder {
    async fn serve(&self, request: &Request) -> Result<Answer, Problem> {
        let shown = shown(&self.views, request).await?;
        let mut order = summary(&shown);
        order["items"] = json!(shown.view.lines);
        Ok(Answer::ok(order))
    }
}

/// An order that is there.
pub(crate) struct Shown {
    pub(crate) view: OrderView,
    version: u32,
}

/// The parameters of a read of one order.
#[derive(Deserialize)]
struct Parameters {
    /// The token of a command: the answer shows what that command did.
    after: Option<ReadToken>,
}

/// The order that the request is about, as far as the read model has come; with a token, at least as far as that says.
pub(crate) async fn shown(views: &Views<OrderViews>, request: &Request) -> Result<Shown, Problem> {
    let id = request.path_parameter("id")?;
    let Parameters { after } = request.query()?;
    let Projected { view, version } = match after {
        None => views.get(&id, Consistency::Eventual).await?,
        Some(token) if token.id_of::<Order>() == Some(&id) => views.reached(&id, token.version()).await?,
        Some(_) => {
            let error = FieldError::parameter("after", "is the token of another order");
            return Err(Problem::parameter(error));
        }
    };
    // The path is the caller's own text; it is not repeated.
    let view = view.ok_or_else(|| Problem::not_found("there is no such order, or it is not shown yet"))?;
    Ok(Shown { view, version })
}

/// What is said of an order in every answer.
pub(crate) fn summary(shown: &Shown) -> Value {
    let mut summary = json!(shown.view.summary);
    summary["version"] = shown.version.into();
    summary
}
