//! The Lambda function `place-order`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::endpoint(orders::place_order::function())
}
