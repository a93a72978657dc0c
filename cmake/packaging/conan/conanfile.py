"""Conan 2 recipe of the client; `conan create cmake/packaging/conan` packs the checkout it is in."""

import os

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, rmdir


class BitbucketCpp(ConanFile):
    name = "bitbucket-cpp"
    version = "0.1.0"
    description = "C++20 client library for Bitbucket Server and Data Center"
    license = "MIT"
    topics = ("bitbucket", "rest", "oauth")
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"shared": [True, False], "fPIC": [True, False]}
    default_options = {"shared": False, "fPIC": True}
    implements = ["auto_shared_fpic"]

    def export_sources(self):
        root = os.path.join(self.recipe_folder, "..", "..", "..")
        for pattern in ("CMakeLists.txt", "LICENSE", "cmake/*", "include/*", "src/*"):
            copy(self, pattern, src=root, dst=self.export_sources_folder)

    def layout(self):
        cmake_layout(self)

    def validate(self):
        check_min_cppstd(self, 20)

    def requirements(self):
        # Our headers include only those of nlohmann_json.
        self.requires("nlohmann_json/[>=3.10 <4]", transitive_headers=True)
        self.requires("libcurl/[>=7.78 <9]")
        self.requires("openssl/[>=3 <4]")
        self.requires("simdjson/[>=3 <4]")

    def generate(self):
        CMakeDeps(self).generate()
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables.update(
            BITBUCKET_INSTALL=True,
            FETCHCONTENT_FULLY_DISCONNECTED=True,
        )
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        copy(self, "LICENSE", src=self.source_folder, dst=os.path.join(self.package_folder, "licenses"))
        CMake(self).install()
        # CMakeDeps writes these files for the consumer.
        for folder in ("cmake", "pkgconfig"):
            rmdir(self, os.path.join(self.package_folder, "lib", folder))
        rmdir(self, os.path.join(self.package_folder, "share"))

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "bitbucket")
        server = self.cpp_info.components["server"]
        server.set_property("cmake_target_name", "bitbucket::server")
        server.set_property("pkg_config_name", "bitbucket-server")
        server.libs = ["bitbucket"]
        server.requires = [
            "nlohmann_json::nlohmann_json",
            "libcurl::libcurl",
            "openssl::crypto",
            "simdjson::simdjson",
        ]
        if self.settings.os in ("Linux", "FreeBSD"):
            server.system_libs = ["pthread"]
