//! Which ports, paths and drivers does a policy list?

use object::Node;

use super::fields::Reader;
use super::formats::{is_csi_driver, shown};
use super::{HostPath, PortRange};

pub(super) fn host_ports<'a>(reader: &mut Reader<'a>, spec: Node<'a>) -> Vec<PortRange> {
    let mut ranges = Vec::new();
    for map in reader.maps(spec, "hostPorts", &["min", "max"]) {
        let mut end = |key| {
            let value = reader.int(map, key);
            i32::try_from(value).unwrap_or_else(|_| {
                reader.wrong(map.get(key).unwrap_or(map), format!("{value} is no port: write 0 to 65535"));
                0
            })
        };
        let range = PortRange { min: end("min"), max: end("max") };
        if range.min > range.max {
            let at = map.get("min").unwrap_or(map);
            reader.invalid(
                at,
                format!(
                    "`min` {} is greater than `max` {}: no port is allowed by it, swap them",
                    range.min, range.max
                ),
            );
        }
        ranges.push(range);
    }
    ranges
}

pub(super) fn host_paths<'a>(reader: &mut Reader<'a>, spec: Node<'a>) -> Vec<HostPath> {
    let mut paths = Vec::new();
    for map in reader.maps(spec, "allowedHostPaths", &["pathPrefix", "readOnly"]) {
        let prefix = reader.text(map, "pathPrefix").unwrap_or_default();
        let at = map.get("pathPrefix").unwrap_or(map);
        if prefix.is_empty() {
            reader.invalid(at, "`pathPrefix` is required: write `/` for every path");
        } else if prefix.split('/').any(|step| step == "..") {
            reader.invalid(at, "a path prefix must not contain `..`: write the path it leads to");
        }
        let read_only = reader.bool(map, "readOnly").unwrap_or(false);
        paths.push(HostPath { path_prefix: prefix.to_owned(), read_only });
    }
    paths
}

pub(super) fn flex_drivers<'a>(reader: &mut Reader<'a>, spec: Node<'a>) -> Vec<String> {
    let mut drivers = Vec::new();
    for map in reader.maps(spec, "allowedFlexVolumes", &["driver"]) {
        let driver = reader.text(map, "driver").unwrap_or_default();
        if driver.is_empty() {
            reader
                .invalid(map.get("driver").unwrap_or(map), "`driver` is required: name a Flexvolume driver");
        }
        drivers.push(driver.to_owned());
    }
    drivers
}

pub(super) fn csi_drivers<'a>(reader: &mut Reader<'a>, spec: Node<'a>) -> Vec<String> {
    let mut drivers = Vec::new();
    for map in reader.maps(spec, "allowedCSIDrivers", &["name"]) {
        let name = reader.text(map, "name").unwrap_or_default();
        if !is_csi_driver(name) {
            let at = map.get("name").unwrap_or(map);
            reader.invalid(
                at,
                format!(
                    "{} is no CSI driver: write a name such as `csi.example.com`, at most 63 letters",
                    shown(name)
                ),
            );
        }
        drivers.push(name.to_owned());
    }
    drivers
}
