#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Macs on which the old script was at work: what it left behind is found, and ended.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

card=example-capture
old_script() { on sh -c "$(cat "$top/tests/story/old-script.sh")" sh "$1"; }

echo '# cleaned by the old script on 13, upgraded to 15.7: listed again, without a file'
new 13.6 apple capture-card
old_script first
restart
is 'the old script seems to have won' "$(show listed)" ""
update 15.7
is 'the update lists the kext again' "$(show listed | grep -c com.example)" 2
expect 1 'scan sees what the update brought back' kextirpate scan --json
json "sorted({t['source'] for k in j['kexts'] for t in k['traces'] if t['role'] == 'carrier'})" \
  "['kcgen', 'preboot', 'stashed', 'uakl']"
json "{t['loadable'] for k in j['kexts'] for t in k['traces'] if t['source'] == 'preboot'}" "{False}"
expect 2 'one approved rebuild' kextirpate uninstall --approval=ask "$card"
restart
expect 0 'gone' kextirpate recheck
update 15.7.1
expect 0 'gone for good' kextirpate recheck

echo '# cleaned by the old script on 15.7: nothing listed, the stash keeps it'
new 15.7 apple capture-card
old_script first
restart
is 'nothing is listed' "$(show listed)" ""
expect 1 'but scan knows what the next update would build in' kextirpate scan --json
json "sorted({t['source'] for k in j['kexts'] for t in k['traces'] if t['role'] == 'carrier'})" \
  "['kcgen', 'stashed', 'uakl']"
expect 1 'plan asks nobody for a rebuild that has nothing to drop' kextirpate plan --json "$card"
json "[(s['kind'], s['state']) for s in j['steps']]" "[('rebuild', 'skipped')]"
says 'has nothing to drop until an OS update lists it again'
says 'has nothing left that could be asked for now'
expect 1 'nor does uninstall, nor for a restart' kextirpate uninstall --approval=ask --json "$card"
standing inert
is 'kmutil rebuild was not run' "$(show used | grep -c rebuild-needs-approval)" 0
expect 1 'status says what waits for what' kextirpate status
says 'an OS update may list it again, which recheck notices'
expect 1 'approve has nothing to ask for' kextirpate approve
restart
expect 1 'it is inert, and nobody says gone' kextirpate recheck
says_not ' gone$'
update 15.7.1
expect 3 'the update lists it again, and now a rebuild can see it' kextirpate recheck
expect 2 'approved' kextirpate approve
restart
expect 0 'gone' kextirpate recheck

done_testing
