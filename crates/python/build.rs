//! What linking an extension module takes on macOS, also where cargo builds it by itself.

fn main() {
    pyo3_build_config::add_extension_module_link_args();
}
