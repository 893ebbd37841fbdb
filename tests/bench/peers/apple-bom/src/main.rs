// SPDX-License-Identifier: BSD-2-Clause
// The kext folders that bills of materials list, by the crate apple-bom.
use apple_bom::ParsedBom;

fn main() {
    for folder in std::env::args().skip(1) {
        for file in std::fs::read_dir(folder).expect("a folder") {
            let path = file.expect("a file").path();
            if path.extension().map_or(true, |end| end != "bom") {
                continue;
            }
            let data = std::fs::read(&path).expect("its bytes");
            let bom = ParsedBom::parse(&data).expect("a bill of materials");
            for entry in bom.paths().expect("its paths") {
                if entry.path().ends_with(".kext") {
                    println!("{}", entry.path());
                }
            }
        }
    }
}
