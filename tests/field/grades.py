#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What a capture of field.sh says of the assumptions of rules/assumptions.xml.

Usage: grades.py [--json] CAPTURE            a verdict a line: id, yes|no|open, why
       grades.py --fixtures FOLDER CAPTURE   each command's output as a file there

Each verdict is one function below. It looks at what changed between two looks, and
answers open where the Mac did not show it: SIP off, a part left out, another answer of
the person than was asked for. Statuses: 0, 64 usage, 65 the capture is not whole.
"""
import json
import re
import sys

from capture import Broken, read
from fixtures import write_fixtures

VERDICTS = []


def verdict(*ids):
    def put(function):
        for name in ids:
            VERDICTS.append((name, function))
        return function
    return put


class Open(Exception):
    """The capture does not tell; the text says why."""


class Look:
    """One look of the script: what was where."""

    def __init__(self, capture, label):
        self.capture, self.label = capture, label
        if (label + '/inspect') not in capture.commands:
            raise Open('no look "%s"' % label)

    def text(self, what):
        found = self.capture.commands.get(self.label + '/' + what)
        return found.out if found else ''

    @property
    def members(self):
        return [row.split('\t')[0] for row in self.text('inspect').split('\n') if '\t' in row]

    @property
    def listed(self):
        return self.capture.kext in self.members

    @property
    def loaded(self):
        return re.search(r' %s \(' % re.escape(self.capture.kext), self.text('loaded')) is not None

    @property
    def stashed(self):
        return '/%s/' % self.capture.folder in self.text('kept')

    @property
    def instructed(self):
        return '<key>%s</key>' % self.capture.kext in self.text('instructions') or \
            '<string>%s</string>' % self.capture.kext in self.text('instructions')

    @property
    def kept(self):
        return self.stashed or self.instructed

    @property
    def stage(self):
        return [path(row) for row in self.text('staged').split('\n') if ' /' in row]

    @property
    def staged(self):
        return any('/%s/' % self.capture.folder in one for one in self.stage)

    @property
    def collections(self):
        return [path(row) for row in self.text('collections').split('\n') if ' /' in row]

    @property
    def sealed(self):
        rows = re.findall(r'\((?:auxp|auxi|auxr)\): (\S+)', self.text('bputil'))
        return None if len(rows) != 3 else any(row != 'absent' for row in rows)


def path(row):
    return row[row.index(' /') + 1:]


class Capture:
    def __init__(self, sections):
        self.commands, self.facts, self.order = {}, {}, []
        for one in sections:
            (self.commands if one.kind == 'command' else self.facts)[one.label] = one
            self.order.append(one)
        self.kext = self.fact('kext') or 'org.kextirpate.field'
        self.folder = 'KextirpateField.kext'

    def fact(self, label):
        found = self.facts.get(label)
        return found.value if found else None

    def command(self, label):
        if label not in self.commands:
            raise Open('%s was not run' % label)
        return self.commands[label]

    def said(self, label, wanted='yes'):
        if self.fact(label) != wanted:
            raise Open('the person did not answer %s to %s' % (wanted, label))

    def look(self, label):
        return Look(self, label)

    @property
    def any_look(self):
        for one in self.order:
            if one.kind == 'command' and one.label.endswith('/inspect'):
                return Look(self, one.label[:-len('/inspect')])
        raise Open('there is no look')

    @property
    def macos(self):
        found = re.search(r'ProductVersion:\s*(\d+)', self.any_look.text('sw_vers'))
        return int(found.group(1)) if found else 0

    @property
    def is_apple_silicon(self):
        return self.any_look.text('hw.optional.arm64').strip() == '1'

    def need_sip(self):
        if 'status: enabled' not in self.any_look.text('csrutil'):
            raise Open('System Integrity Protection was off')


def need(holds, why):
    if not holds:
        raise Open(why)


def adds(text, kext):
    return re.search(r'^\[\+\] %s\t' % re.escape(kext), text, re.M) is not None


def drops(text, kext):
    return re.search(r'^\[-\] %s\t' % re.escape(kext), text, re.M) is not None


def approved_removal(c):
    """The look after the restart that followed the first removal that was allowed."""
    for rebuild, answer, after in (('refuse/rebuild-again', 'refuse/allowed', 'approve.start'),
                                   ('approve/rebuild', 'approve/allowed', 'nobody.start')):
        found = c.commands.get(rebuild)
        if found and drops(found.text, c.kext) and c.fact(answer) == 'yes':
            return c.look(after)
    raise Open('no removal was proposed and allowed')


def approved_addition(c):
    for label in ('add/rebuild-at-once', 'add/rebuild-later'):
        found = c.commands.get(label)
        if found and adds(found.text, c.kext) and c.fact('add/allowed') == 'yes':
            return found
    raise Open('no addition was proposed and allowed')


@verdict('rebuild-since-14')
def rebuild_since_14(c):
    found = c.command('add/rebuild-at-once')
    knows = 'Checking the auxiliary kernel collection' in found.text
    return knows == (c.macos >= 14), 'macOS %d: "%s"' % (c.macos, found.text.split('\n')[0])


@verdict('unknown-verb-is-usage-error')
def unknown_verb(c):
    found = c.commands.get('look/unknown') or c.command('add/unknown')
    return found.status == 64 and 'Error: Unexpected argument' in found.text, \
        'status %d' % found.status


@verdict('unload-of-missing-is-three')
def unload_of_missing(c):
    found = c.commands.get('add/unload') or c.command('look/unload')
    return found.status == 3, 'status %d' % found.status


@verdict('rebuild-success-is-zero')
def success_is_zero(c):
    found = approved_addition(c)
    return found.status == 0, 'an approved rebuild: status %d' % found.status


@verdict('collection-changes-at-once')
def changes_at_once(c):
    approved_addition(c)
    before, after = c.look('add.before'), c.look('add.after')
    need(not before.listed, 'the kext was listed before')
    need(c.look('remove.start').listed, 'the kext was never listed')
    return after.listed, 'listed before the restart: %s' % after.listed


@verdict('rebuild-repeats-while-pending')
def repeats_while_pending(c):
    approved_addition(c)
    need(not c.look('add.after').listed, 'the addition did not wait for the restart')
    again = c.command('add/rebuild-again')
    return adds(again.text, c.kext), again.text.split('\n')[1:2]


@verdict('rebuild-sees-change-at-once')
def sees_change_at_once(c):
    first = c.command('add/rebuild-at-once')
    if adds(first.text, c.kext):
        need('kernelmanagerd' in c.command('add/log-0').out, 'nothing shows that it was busy')
        return True, 'proposed while kernelmanagerd was at work'
    need(adds(c.command('add/rebuild-later').text, c.kext), 'the kext was never proposed')
    return False, 'proposed only later'


@verdict('log-shows-work')
def log_shows_work(c):
    if 'kernelmanagerd' in c.command('add/log-0').out:
        return True, 'lines of kernelmanagerd right after the change'
    need(not adds(c.command('add/rebuild-at-once').text, c.kext), 'it was perhaps not busy')
    need(adds(c.command('add/rebuild-later').text, c.kext), 'the kext was never proposed')
    return False, 'busy, and no line'


@verdict('inspect-lists-collection')
def inspect_lists(c):
    approved_addition(c)
    return c.look('remove.start').listed, 'after the approved addition and a restart'


@verdict('instructions-name-members')
def instructions_name(c):
    look = c.look('remove.start')
    need(look.listed and look.kept, 'the kext was never listed, or not kept at all')
    return look.instructed, 'the file names it: %s' % look.instructed


@verdict('stash-on-data')
def stash_on_data(c):
    look = c.look('remove.start')
    need(look.listed and look.kept, 'the kext was never listed, or not kept at all')
    return look.stashed, 'a copy is there: %s' % look.stashed


@verdict('addition-is-stashed')
def addition_is_stashed(c):
    approved_addition(c)
    look = c.look('remove.start')
    need(look.listed, 'the kext was never listed')
    return look.stashed and look.instructed, \
        'stashed %s, instructed %s' % (look.stashed, look.instructed)


@verdict('start-stages-loaded')
def start_stages(c):
    look = c.look('remove.start')
    need(look.loaded, 'the kext was not loaded')
    need(not c.look('add.after').staged, 'it was staged before the restart')
    return look.staged, 'a staged copy after the restart: %s' % look.staged


@verdict('collection-in-preboot')
def in_preboot(c):
    look = c.look('remove.start')
    need(c.is_apple_silicon, 'Intel')
    need(look.listed, 'the kext was never listed')
    active = look.text('active').strip()
    return any('/Preboot/' in one and active in one and one.endswith('/kernelcache.auxkc')
               for one in look.collections), ' '.join(look.collections)


@verdict('collection-on-data')
def on_data(c):
    look = c.look('remove.start')
    need(not c.is_apple_silicon, 'Apple silicon')
    need(look.listed, 'the kext was never listed')
    return '/Library/KernelCollections/AuxiliaryKernelExtensions.kc' in look.collections, \
        ' '.join(look.collections)


@verdict('aux-uuid-tells-boot')
def aux_uuid(c):
    look = c.look('remove.start')
    need(look.listed, 'the kext was never listed')
    told = look.text('kern.auxiliaryfilesetuuid').strip()
    need(told or look.loaded, 'no UUID told, and nothing loaded')
    if '(' in look.text('inspect').split('\n')[0]:
        return told.upper() in look.text('inspect').split('\n')[0].upper() and told != '', told
    raise Open('inspect tells no UUID')


@verdict('staging-mirrors-path')
def staging_mirrors(c):
    look = c.look('remove.after')
    need(look.staged, 'no staged copy was seen')
    return any(one.startswith('/Library/StagedExtensions/Library/Extensions/' + c.folder)
               for one in look.stage), 'a copy below its own path'


@verdict('extensions-are-roots')
def extensions_are_roots(c):
    c.need_sip()
    found = c.command('remove/mv')
    return found.status == 0, 'mv: status %d' % found.status


@verdict('loaded-until-restart')
def loaded_until_restart(c):
    need(c.look('remove.start').loaded, 'the kext was not loaded')
    return c.look('remove.after').loaded, 'loaded after its bundle went'


@verdict('clear-staging-empties-all')
def clear_staging(c):
    before, after = c.look('remove.after'), c.look('remove.cleared')
    need(before.staged, 'no staged copy was seen')
    return (not after.staged and before.members == after.members and
            before.stashed == after.stashed), 'staged copies after it: %s' % after.staged


@verdict('clear-staging-removes-folders')
def removes_folders(c):
    before, after = c.look('remove.after'), c.look('remove.cleared')
    need(before.staged and not after.staged, 'no staged copy was seen to go')
    return len(after.stage) <= 1, '%d folders left' % max(len(after.stage) - 1, 0)


@verdict('staged-is-not-found')
def staged_is_not_found(c):
    look, found = c.look('remove.after'), c.command('remove/rebuild')
    need(look.staged and look.listed, 'no staged copy beside a listed kext')
    if drops(found.text, c.kext):
        return True, 'the removal is proposed beside a staged copy'
    need(proposed_after_clearing(c), 'the removal was not proposed later either')
    return False, 'proposed only after clear-staging'


def proposed_after_clearing(c):
    return any(drops(c.commands[one].text, c.kext)
               for one in ('refuse/rebuild', 'refuse/rebuild-again', 'approve/rebuild')
               if one in c.commands)


@verdict('restart-drops-nothing')
def restart_drops_nothing(c):
    before, after = c.look('remove.cleared'), c.look('refuse.start')
    need(before.listed and before.kept, 'the kext was not listed and kept before')
    return after.listed and after.stashed == before.stashed and \
        after.instructed == before.instructed, 'listed %s, stashed %s' % (after.listed, after.stashed)


@verdict('stash-is-not-found')
def stash_is_not_found(c):
    look = c.look('refuse.start')
    need(look.listed and look.stashed and not look.staged, 'no listed kext with a stashed copy only')
    if proposed_after_clearing(c):
        return True, 'the removal is proposed beside a stashed copy'
    need(c.look('remove.start').loaded, 'never proposed; nothing tells why')
    if look.loaded:
        return False, 'never proposed, and loaded without its bundle'
    raise Open('never proposed, though its bundle is missing')


@verdict('missing-bundle-not-loadable')
def not_loadable(c):
    need(c.look('remove.start').loaded, 'the kext was not loaded with its bundle')
    look = c.look('refuse.start')
    need(look.listed, 'the kext was not listed any more')
    if not look.loaded:
        return True, 'listed, not loaded'
    if c.macos >= 14 and not proposed_after_clearing(c):
        raise Open('loaded, but perhaps because its stashed copy counts')
    return False, 'loaded without its bundle'


@verdict('refusal-is-authentication-error')
def refusal_is_error(c):
    for label, answer in (('remove/rebuild', 'remove/refused'), ('refuse/rebuild', 'refuse/refused')):
        found = c.commands.get(label)
        if found and 'Requesting user approval' in found.text and c.fact(answer) == 'yes':
            return 'com.apple.LocalAuthentication' in found.text, 'status %d' % found.status
    raise Open('no refusal was seen')


@verdict('refusal-can-be-repeated')
def refusal_repeats(c):
    c.said('refuse/refused')
    need(drops(c.command('refuse/rebuild').text, c.kext), 'the removal was not proposed')
    return drops(c.command('refuse/rebuild-again').text, c.kext), 'a rebuild right after a refusal'


@verdict('rebuild-omits-empty-blocks')
def omits_blocks(c):
    for label in ('remove/rebuild', 'refuse/rebuild', 'refuse/rebuild-again', 'approve/rebuild'):
        found = c.commands.get(label)
        if found and drops(found.text, c.kext) and '\n[+] ' not in found.text:
            return 'Attempting to add' not in found.text, label
    raise Open('no rebuild that only removes was seen')


@verdict('rebuild-drops-missing')
def drops_missing(c):
    if proposed_after_clearing(c):
        return not approved_removal(c).listed, 'after the approved removal and a restart'
    look = c.look('refuse.start')
    c.command('approve/rebuild')
    need(look.listed and not look.loaded and c.look('remove.start').loaded,
         'never proposed; perhaps the stashed copy counts')
    return False, 'never proposed, though its bundle is missing'


@verdict('rebuild-drops-stash-and-instructions')
def drops_stash(c):
    look = approved_removal(c)
    need(not look.listed, 'the removal did not come to pass')
    return not look.kept, 'stashed %s, instructed %s' % (look.stashed, look.instructed)


@verdict('empty-collection-goes')
def empty_goes(c):
    look = approved_removal(c)
    need(not look.members and c.look('refuse.start').members == [c.kext], 'it was not the last one')
    return not look.collections, ' '.join(look.collections) or 'no file'


@verdict('rebuild-needs-approval')
def needs_approval(c):
    c.said('nobody/left')
    found = c.command('nobody/rebuild')
    need('[+]' in found.text, 'nothing was proposed')
    return found.status == 250 and 'LocalAuthentication Code=-6' in found.text, \
        'status %d' % found.status


@verdict('timeout-is-authentication-error')
def timeout_is_told(c):
    c.said('nobody/left')
    found = c.command('nobody/rebuild')
    need('[+]' in found.text, 'nothing was proposed')
    need('LocalAuthentication Code=-6' not in found.text, 'nobody was logged in')
    return bool(re.search(r'Authentication Code=-[49]\b', found.text)), 'status %d' % found.status


@verdict('third-party-needs-bundle-approval')
def needs_bundle_approval(c):
    c.said('nobody/left')
    return not c.look('again.start').listed, 'after a restart without approval'


@verdict('preboot-root-unlink')
def preboot_unlink(c):
    c.need_sip()
    need(c.is_apple_silicon, 'Intel')
    found = c.command('without/unlink-1')
    return found.status == 0, found.err.strip() or 'removed'


@verdict('intel-root-unlink')
def intel_unlink(c):
    c.need_sip()
    need(not c.is_apple_silicon, 'Apple silicon')
    found = c.command('without/unlink-1')
    return found.status == 0, found.err.strip() or 'removed'


@verdict('rebuild-without-collection-keeps-stash')
def without_keeps_stash(c):
    look = c.look('without.unlinked')
    need(not look.collections, 'the collection was not removed')
    need(look.kept, 'nothing was kept')
    found = c.command('without/rebuild')
    return not drops(found.text, c.kext) and c.look('update.start').kept, found.text.split('\n')[1:2]


@verdict('tampered-collection-is-refused')
def tampered(c):
    need(c.is_apple_silicon, 'Intel')
    need(not c.look('without.after').collections, 'the collection was not removed')
    answer = c.fact('update/warned')
    need(answer in ('yes', 'no'), 'the person did not say')
    look = c.look('update.start')
    return answer == 'yes' and not look.loaded, 'the person: %s' % answer


@verdict('check-accepts-stale')
def check_accepts(c):
    look = c.look('refuse.start')
    need(look.listed and c.folder not in look.text('extensions'), 'no member without a bundle')
    found = c.command('refuse.start/check')
    return found.status == 0, 'status %d' % found.status


@verdict('sip-keeps-kernel-folders')
def sip_keeps(c):
    c.need_sip()
    found = c.command('clean/unlink-stash')
    return found.status != 0, found.err.strip() or 'removed'


def updated(c):
    before, after = c.look('update.start'), c.look('mdm.start')
    need(before.text('kern.osversion') != after.text('kern.osversion'), 'no update was installed')
    return before, after


@verdict('update-relinks-from-stash')
def update_relinks(c):
    before, after = updated(c)
    need(before.kept and not before.listed, 'the kext was not in the stash alone')
    need(c.folder not in before.text('extensions'), 'its bundle was there')
    return after.listed, 'listed after the update: %s' % after.listed


@verdict('update-changes-boot-folder')
def update_changes_folder(c):
    before, after = updated(c)
    need(c.is_apple_silicon, 'Intel')
    return before.text('active') != after.text('active'), 'active: %s' % after.text('active')[:12]


@verdict('update-removes-old-boot-folder')
def update_removes_folder(c):
    before, after = updated(c)
    need(before.text('active') != after.text('active'), 'the boot folder is the same')
    old = before.text('active').strip()
    need(old, 'no active boot folder was told')
    return old not in after.text('boot-folders'), 'the old one: %s' % old[:12]


@verdict('mdm-rebuild-removes')
def mdm_removes(c):
    c.said('mdm/sent')
    before, after = c.look('mdm.start'), c.look('clean.start')
    need(before.listed, 'the kext was not listed before')
    return not after.listed, 'listed after the restart: %s' % after.listed


@verdict('sealed-collection-shows-in-policy')
def sealed_shows(c):
    for label in ('look', 'add.before'):
        if label + '/inspect' in c.commands:
            look = c.look(label)
            need(not look.collections, 'there was a collection at the beginning')
            need(look.sealed is not None, 'bputil told nothing')
            return not look.sealed, 'without a collection: sealed %s' % look.sealed
    raise Open('there is no look')


def judge(c):
    found = []
    for name, function in VERDICTS:
        try:
            holds, why = function(c)
            why = why if isinstance(why, str) else ' '.join(why)
        except Open as reason:
            holds, why = None, str(reason)
        found.append({'id': name, 'holds': holds, 'evidence': why})
    return found


def main(words):
    fixtures, as_json = None, False
    if words[:1] == ['--fixtures'] and len(words) == 3:
        fixtures, words = words[1], words[2:]
    elif words[:1] == ['--json']:
        as_json, words = True, words[1:]
    if len(words) != 1 or words[0].startswith('-'):
        sys.stderr.write(__doc__)
        return 64
    try:
        with open(words[0], 'rb') as file:
            c = Capture(read(words[0], file.read()))
        if fixtures:
            write_fixtures(c.order, fixtures)
            return 0
    except Broken as reason:
        sys.stderr.write('%s\n' % reason)
        return 65
    except OSError as reason:
        sys.stderr.write('%s: %s\n' % (reason.filename, reason.strerror))
        return 66
    found = judge(c)
    if as_json:
        print(json.dumps({'schema': 'kextirpate-field/1', 'macos': c.macos, 'verdicts': found}))
        return 0
    for one in found:
        word = {True: 'yes', False: 'no', None: 'open'}[one['holds']]
        print('%-40s %-4s %s' % (one['id'], word, one['evidence']))
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
