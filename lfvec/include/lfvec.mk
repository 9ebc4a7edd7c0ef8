# SPDX-License-Identifier: GPL-2.0
#
# To be included by the Kbuild of a module that uses lfvec, from wherever this is:
# installed, or in the source, after make.

lfvec-include := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))

ccflags-y += -I$(lfvec-include)

KBUILD_EXTRA_SYMBOLS += $(firstword $(wildcard \
	$(lfvec-include)/../../Module.symvers \
	$(INSTALL_MOD_PATH)/lib/modules/$(KERNELRELEASE)/*/lfvec/Module.symvers \
	/var/lib/dkms/lfvec/kernel-$(KERNELRELEASE)-*/Module.symvers))
