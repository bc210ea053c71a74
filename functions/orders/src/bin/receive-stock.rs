//! The Lambda function `receive-stock`.

use orders::{ReceiveStock, stock::STOCK};
use tidings_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::endpoint(async |setting| {
        Ok(ReceiveStock {
            events: setting.events()?,
            answers: setting.answers()?,
            stock: setting.tables.get(STOCK.name)?.to_owned(),
        })
    })
    .await
}
