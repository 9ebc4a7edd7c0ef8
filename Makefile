# SPDX-License-Identifier: GPL-2.0
#
# make help says what there is.

ifeq ($(KERNELRELEASE),)

KVER ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KVER)/build
HERE := $(CURDIR)

PREFIX ?= /usr/local
INSTALL_MOD_PATH ?= $(DESTDIR)
INSTALL_MOD_DIR ?= updates
DEPMOD ?= depmod
SIGN_HASH ?= sha256

# Not kernel.release, which Debian's headers have wrong.
RELEASE = $(or $(shell sed -n 's/.*UTS_RELEASE "\(.*\)".*/\1/p' \
	$(KDIR)/include/generated/utsrelease.h 2>/dev/null),$(KVER))
MODULES = $(INSTALL_MOD_PATH)/lib/modules/$(RELEASE)/$(INSTALL_MOD_DIR)/lfvec
INCLUDE := $(DESTDIR)$(PREFIX)/include
MAN := $(DESTDIR)$(PREFIX)/share/man
COMPLETION_TO := $(DESTDIR)$(PREFIX)/share/bash-completion/completions/lfvec

UAPI := $(wildcard lfvec/include/uapi/linux/*.h)
TOOL := selftests/lfvec/lfvec
MAN_PAGES := $(wildcard Documentation/man/*.[1-8]) selftests/lfvec/lfvec.1
COMPLETION := selftests/lfvec/lfvec.bash
TEST_MODULES := selftests/lfvec/module

# Headers packages have no key to sign with; kbuild would complain of that, file by file.
NO_SIGN = $(if $(wildcard $(KDIR)/certs/signing_key.x509),,CONFIG_MODULE_SIG_ALL=)

# kbuild does so only where there is a System.map, which headers packages do not have.
# A tree that is packed up first gets it where it is unpacked.
INDEX_MODULES = $(if $(DESTDIR),,$(DEPMOD) -a \
	$(addprefix -b ,$(INSTALL_MOD_PATH)) $(RELEASE))

modules: headers
	$(MAKE) -C $(KDIR) M=$(HERE) modules

# With SIGN_KEY and SIGN_CERT, sign them first.
modules_install: built $(if $(SIGN_KEY),sign)
	$(MAKE) -C $(KDIR) M=$(HERE) INSTALL_MOD_PATH=$(INSTALL_MOD_PATH) \
		INSTALL_MOD_DIR=$(INSTALL_MOD_DIR) DEPMOD=true $(NO_SIGN) modules_install
	install -D -m 644 Module.symvers $(MODULES)/Module.symvers
	$(INDEX_MODULES)

built: headers
	@/sbin/modinfo -F vermagic lfvec/lfvec.ko 2>/dev/null | grep -q '^$(RELEASE) ' || { \
		echo "Not built for $(RELEASE): make first, with this KVER= or KDIR=" >&2; \
		exit 1; }

sign: built
	xargs -n 1 $(KDIR)/scripts/sign-file $(SIGN_HASH) $(SIGN_KEY) $(SIGN_CERT) \
		<modules.order

# All or, if that cannot be, nothing.
install: built $(TOOL)
	$(MAKE) modules_install headers_install tool_install

# $(PREFIX)/include/lfvec is for modules, the rest for programs.
headers_install:
	install -d $(INCLUDE)/linux $(INCLUDE)/lfvec/linux $(INCLUDE)/lfvec/uapi/linux
	install -m 644 lfvec/include/lfvec.mk $(INCLUDE)/lfvec
	install -m 644 lfvec/include/linux/*.h $(INCLUDE)/lfvec/linux
	install -m 644 $(UAPI) $(INCLUDE)/lfvec/uapi/linux
	install -m 644 $(UAPI) $(INCLUDE)/linux

tool_install: $(TOOL)
	install -D -t $(DESTDIR)$(PREFIX)/bin $(TOOL)
	for page in $(MAN_PAGES); do \
		install -D -m 644 -t $(MAN)/man$${page##*.} $$page || exit; \
	done
	install -D -m 644 $(COMPLETION) $(COMPLETION_TO)

# What install has put there, for this kernel.
uninstall:
	rm -rf $(MODULES) $(INCLUDE)/lfvec
	rm -f $(UAPI:lfvec/include/uapi/%=$(INCLUDE)/%)
	rm -f $(DESTDIR)$(PREFIX)/bin/lfvec $(COMPLETION_TO)
	for page in $(MAN_PAGES); do \
		rm -f $(MAN)/man$${page##*.}/$${page##*/}; \
	done
	$(INDEX_MODULES)

clean:
	$(if $(wildcard $(KDIR)/Makefile),$(MAKE) -C $(KDIR) M=$(HERE) clean)
	rm -rf kselftest.tar.xz selftests/kselftest_install $(TEST_MODULES)/Module.symvers
	for dir in $(wildcard selftests/lfvec selftests/user); do \
		$(MAKE) -C $$dir clean || exit; \
	done

headers:
	@test -e $(KDIR)/Makefile || { \
		echo "No kernel headers at $(KDIR):" >&2; \
		echo "apt-get install linux-headers-$(KVER), or give KVER= or KDIR=" >&2; \
		exit 1; }

$(TOOL): FORCE
	$(MAKE) -C selftests/lfvec $(HERE)/$(TOOL) man

tool:
	$(MAKE) -C selftests/lfvec

man:
	$(MAKE) -C selftests/lfvec man

# With the modules for one kernel: those of the tests, too.
kselftest-tar: modules
	$(MAKE) -C $(KDIR) M=$(HERE)/$(TEST_MODULES) LFVEC=$(HERE) \
		KBUILD_EXTRA_SYMBOLS=$(HERE)/Module.symvers modules
	rm -rf selftests/kselftest_install
	$(MAKE) -C selftests gen_tar TAR_PATH=$(HERE)/kselftest.tar.xz RELEASE=$(RELEASE) \
		MODULES="$$(find $(HERE)/lfvec $(HERE)/$(TEST_MODULES) -name '*.ko' | xargs)"

demo:
	bash selftests/run demo

check:
	bash selftests/run test

evidence:
	bash selftests/run evidence

htmldocs:
	bash selftests/run htmldocs

plots:
	bash selftests/run plots

help:
	@echo "make                  build the modules: lfvec, lfvec_log, lfvec_stress,"
	@echo "                      and lfvec_events, a sample"
	@echo "make install          install them, headers and the tool (DESTDIR=, PREFIX=)"
	@echo "make modules_install  only the modules (INSTALL_MOD_PATH=, INSTALL_MOD_DIR=,"
	@echo "                      SIGN_KEY=, SIGN_CERT=)"
	@echo "make uninstall        remove what install has put there"
	@echo "make tool             build selftests/lfvec/lfvec and the kselftests"
	@echo "make man              and its man page and completion for bash, lfvec.1 and"
	@echo "                      lfvec.bash there; others are in Documentation/man"
	@echo "make kselftest-tar    the kselftests for a test farm, with modules for one kernel:"
	@echo "                      kselftest.tar.xz"
	@echo "make demo             boot a kernel in QEMU and show what it does"
	@echo "make check            pass the tests that take minutes"
	@echo "make evidence         all that can be shown, in hours, with a report"
	@echo "make htmldocs         the documentation, by Sphinx; says where it is"
	@echo "make plots            draw what Documentation/performance has recorded"
	@echo "make clean            remove what was built"
	@echo
	@echo "KVER=VERSION or KDIR=DIRECTORY choose another kernel than the running one."

.PHONY: modules modules_install built sign install headers_install tool_install uninstall
.PHONY: clean headers tool man kselftest-tar demo check evidence htmldocs plots help FORCE

else
include $(src)/Kbuild
endif
