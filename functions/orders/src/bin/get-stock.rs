//! The Lambda function `get-stock`.

use orders::{GetStock, stock::STOCK};
use tidings_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::endpoint(async |setting| {
        Ok(GetStock {
            dynamodb: setting.dynamodb.clone(),
            stock: setting.tables.get(STOCK.name)?.to_owned(),
        })
    })
    .await
}
