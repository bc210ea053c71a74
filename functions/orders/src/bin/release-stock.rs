//! The Lambda function `release-stock`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::consumer(orders::release_stock::function())
}
