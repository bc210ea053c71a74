//! The Lambda function `get-recommendations`.

use insights::{GetRecommendations, Rows, update_recommendations::RECOMMENDATIONS};
use tidings_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::endpoint(async |setting| {
        let name = setting.tables.get(RECOMMENDATIONS.name)?;
        Ok(GetRecommendations {
            recommendations: Rows::new(setting.dynamodb.clone(), &RECOMMENDATIONS, name),
        })
    })
    .await
}
