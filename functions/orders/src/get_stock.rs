//! `get-stock`: how many of an article can be sold now.

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use schemars::JsonSchema;
use serde::Serialize;
use tidings_aws::{
    EndpointFunction,
    http::{Answer, Problem, Request, Serve},
};
use tidings_core::{
    Failure,
    catalogue::{Access, Endpoint, Link, Resource},
};

use crate::stock::{STOCK, available};

/// The query.
pub struct GetStock {
    /// DynamoDB.
    pub dynamodb: Client,
    /// The table of the stock.
    pub stock: String,
}

impl Endpoint for GetStock {
    const NAME: &'static str = "get-stock";
    const SERVICE: &'static str = crate::SERVICE;
    const SUMMARY: &'static str = "How many of an article can be sold now.";
    const METHOD: &'static str = "GET";
    const PATH: &'static str = "/stock/{sku}";
    const LINKS: &'static [Link] = &[Link::to("receive-stock", &[("sku", "$response.body#/sku")])];
    const USES: &'static [Resource] = &[Resource::Table(&STOCK, Access::Read)];
    type Body = ();
    type Query = ();
    type Answer = InStock;
}

/// The Lambda function `get-stock`.
#[must_use]
pub fn function() -> EndpointFunction<GetStock> {
    EndpointFunction::new(async |setting| {
        Ok(GetStock {
            dynamodb: setting.dynamodb(),
            stock: setting.table(&STOCK)?,
        })
    })
}

/// What is answered.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InStock {
    sku: String,
    /// How many can be sold; what is reserved for orders is none of them.
    available: u64,
}

impl Serve for GetStock {
    async fn serve(&self, request: &Request<Self>) -> Result<Answer<Self>, Problem> {
        let sku = request.path_parameter("sku")?;
        let get = self
            .dynamodb
            .get_item()
            .table_name(&self.stock)
            .key("sku", AttributeValue::S(sku.clone()))
            .consistent_read(true);
        let item = get.send().await.map_err(Failure::from)?.item;
        if item.is_none() {
            return Err(Problem::not_found(format!("nobody has ever received {sku}")));
        }
        Ok(Answer::new(&InStock {
            sku,
            available: available(item.as_ref()),
        }))
    }
}
