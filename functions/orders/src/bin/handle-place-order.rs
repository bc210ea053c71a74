//! The Lambda function `handle-place-order`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::consumer(orders::handle_place_order::function())
}
