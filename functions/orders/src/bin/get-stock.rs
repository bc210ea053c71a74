//! The Lambda function `get-stock`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::endpoint(orders::get_stock::function())
}
