//! The Lambda function `get-profile`.

use accounts::{GetProfile, create_profile::PROFILES};
use tidings_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::endpoint(async |setting| {
        Ok(GetProfile {
            dynamodb: setting.dynamodb.clone(),
            table: setting.tables.get(PROFILES.name)?.to_owned(),
        })
    })
    .await
}
