//! The Lambda function `get-order`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::endpoint(orders::get_order::function())
}
