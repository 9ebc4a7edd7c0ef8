# SPDX-License-Identifier: GPL-2.0
#
# make help says what there is.

ifeq ($(KERNELRELEASE),)

KVER ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KVER)/build
HERE := $(CURDIR)

modules: headers
	$(MAKE) -C $(KDIR) M=$(HERE) modules

modules_install: headers
	$(MAKE) -C $(KDIR) M=$(HERE) modules_install

clean:
	$(if $(wildcard $(KDIR)/Makefile),$(MAKE) -C $(KDIR) M=$(HERE) clean)
	for dir in $(wildcard selftests/lfvec selftests/user); do \
		$(MAKE) -C $$dir clean || exit; \
	done

headers:
	@test -e $(KDIR)/Makefile || { \
		echo "No kernel headers at $(KDIR):" >&2; \
		echo "apt-get install linux-headers-$(KVER), or give KVER= or KDIR=" >&2; \
		exit 1; }

tool:
	$(MAKE) -C selftests/lfvec

demo:
	bash selftests/run demo

check:
	bash selftests/run test

evidence:
	bash selftests/run evidence

plots:
	bash selftests/run plots

help:
	@echo "make                  build the modules: lfvec, lfvec_log, lfvec_stress,"
	@echo "                      and lfvec_events, a sample"
	@echo "make modules_install  install them (INSTALL_MOD_PATH=, INSTALL_MOD_DIR=)"
	@echo "make tool             build selftests/lfvec/lfvec and the kselftests"
	@echo "make demo             boot a kernel in QEMU and show what it does"
	@echo "make check            pass all tests"
	@echo "make evidence         all that can be shown, in hours, with a report"
	@echo "make plots            draw what Documentation/performance has recorded"
	@echo "make clean            remove what was built"
	@echo
	@echo "KVER=VERSION or KDIR=DIRECTORY choose another kernel than the running one."

.PHONY: modules modules_install clean headers tool demo check evidence plots help

else
include $(src)/Kbuild
endif
