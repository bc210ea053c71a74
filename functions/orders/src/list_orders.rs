//! `list-orders`: a user's orders, newest first, all of them or those of one status.
//!
//! A list is read from an index, which follows the read model a little later than that follows the events.

use http::StatusCode;
use schemars::JsonSchema;
use serde::Deserialize;
use storefront_contracts::{GUEST, OrderStatus};
use tidings_aws::{
    EndpointFunction,
    http::{Answer, FieldError, Id, Problem, Request, Serve},
    projection::{Cursor, LONGEST_OPAQUE, NoCursor, OPAQUE, Views},
};
use tidings_core::catalogue::{Access, Endpoint, Link, Resource};

use crate::{
    answers::{PageShown, SummaryShown},
    order_view::{BY_USER, BY_USER_AND_STATUS, ORDER_VIEWS, OrderEntry, OrderViews, with_status},
};

/// The query.
///
/// Everybody is shown their own. Guests' orders are in no list: a guest finds each by its id and its secret, with `get-order`.
pub struct ListOrders {
    /// The read model.
    pub views: Views<OrderViews>,
}

impl Endpoint for ListOrders {
    const NAME: &'static str = "list-orders";
    const SERVICE: &'static str = crate::SERVICE;
    const SUMMARY: &'static str = "A user's orders, newest first, all of them or those of one status.";
    const METHOD: &'static str = "GET";
    const PATH: &'static str = "/orders";
    const LINKS: &'static [Link] = &[Link::to(
        "get-order",
        &[("id", "$response.body#/orders/0/orderId")],
    )];
    const USES: &'static [Resource] = &[Resource::Table(&ORDER_VIEWS, Access::List)];
    type Body = ();
    type Query = Parameters;
    type Answer = PageShown;
}

/// The Lambda function `list-orders`.
#[must_use]
pub fn function() -> EndpointFunction<ListOrders> {
    EndpointFunction::new(async |setting| {
        Ok(ListOrders {
            views: setting.views()?,
        })
    })
}

/// Orders of a page, unless the request says how many.
const USUAL: u32 = 50;
/// Orders of a page, at most.
const MOST: u32 = 100;

/// The parameters.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Parameters {
    /// Whose: the caller's own, also where it is not said.
    user: Option<Id>,
    /// Those that are so far, and no other.
    status: Option<OrderStatus>,
    /// How many, at most: 50 unless it is said.
    #[schemars(range(min = 1, max = MOST))]
    limit: Option<u32>,
    /// Where the page before ended: its `next`.
    #[schemars(regex(pattern = OPAQUE), length(max = LONGEST_OPAQUE))]
    cursor: Option<String>,
}

impl Serve for ListOrders {
    async fn serve(&self, request: &Request<Self>) -> Result<Answer<Self>, Problem> {
        let Parameters {
            user,
            status,
            limit,
            cursor,
        } = request.query()?;
        let wrong = |name: &str, detail: String| Problem::parameter(FieldError::parameter(name, detail));
        let user = only_their_own(user.map(Id::into_string), request.actor().id)?;
        let limit = limit.unwrap_or(USUAL);
        if !(1..=MOST).contains(&limit) {
            return Err(wrong("limit", format!("must be 1 to {MOST}")));
        }
        let filter = [user.as_str(), status.map_or("", OrderStatus::as_str)];
        let below = cursor.map(|cursor| Cursor::read(&cursor, &filter)).transpose();
        let below = below.map_err(|error| match error {
            NoCursor::Malformed => wrong("cursor", error.to_string()),
            // It could be one: there is no page that begins there.
            NoCursor::OfNoPage => Problem::not_found("there is no such page; begin again without a cursor")
                .naming(vec![FieldError::parameter("cursor", error.to_string())]),
        })?;

        let (index, partition) = match status {
            None => (&BY_USER, user.clone()),
            Some(status) => (&BY_USER_AND_STATUS, with_status(status, &user)),
        };
        // One more than is answered tells whether there are more.
        let most = limit as usize;
        let mut entries: Vec<OrderEntry> = self
            .views
            .page(index, &partition, below.as_deref(), most + 1)
            .await?;
        let more = entries.len() > most;
        entries.truncate(most);
        let last = entries.last().filter(|_| more);
        let next = last.map(|last| Cursor::behind(&filter, &last.listed_at));
        let orders = entries.into_iter().map(shown).collect();
        Ok(Answer::new(&PageShown { orders, next }))
    }
}

/// Whose orders are listed.
fn only_their_own(asked: Option<String>, caller: Option<String>) -> Result<String, Problem> {
    let forbidden = |detail| Problem::new(StatusCode::FORBIDDEN, detail);
    match caller.filter(|caller| caller != GUEST) {
        None => Err(forbidden(
            "whose orders to list is not known: nobody is named as the caller, and a guest's are not listed \
             (each is at /orders/{id}, with its secret in the header order-secret)",
        )),
        Some(caller) if asked.as_ref().is_some_and(|asked| *asked != caller) => {
            Err(forbidden("the orders are somebody else's"))
        }
        Some(caller) => Ok(caller),
    }
}

fn shown(entry: OrderEntry) -> SummaryShown {
    SummaryShown {
        summary: entry.summary,
        version: entry.version,
    }
}
