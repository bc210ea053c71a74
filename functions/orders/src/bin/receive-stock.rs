//! The Lambda function `receive-stock`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::endpoint(orders::receive_stock::function())
}
